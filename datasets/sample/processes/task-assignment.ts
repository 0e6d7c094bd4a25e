import { choice, field } from './fields.ts';
import { scenario } from './scenario.ts';

export const taskAssignment = scenario({
  role: 'pm',
  name: 'task_assignment',
  description: 'Create a task and give it to somebody.',
  openings: [
    '«create¦open¦add» a «task¦ticket» «for ‹assignee›¦about ‹topic›¦please¦»',
    'somebody «has to¦should¦must» look at ‹topic›, «please make a task¦can you open a ticket»',
    '«can you ¦please »«give¦assign» «this¦a task¦the work on ‹topic›» to ‹assignee›',
    'new task«: ‹title›¦ for the board¦ with ‹priority› priority»',
    '«we need¦put» a ticket for ‹topic› «on the board¦by ‹day›¦»',
    'i «want¦need» ‹assignee› to take care of ‹topic›, make a task please',
  ],
  fields: [
    field(
      'title',
      'What shall the task be called?',
      (draw) => draw.phrase('‹verb› the «‹adjective› ‹noun›¦‹noun› ‹plural›¦‹noun› for ‹company›»'),
      ['«call it¦title:¦name it¦something like» ‹value›', '‹value›«, that is all¦ will do»'],
      { brief: 'called ‹value›' },
    ),
    field(
      'assignee',
      'Who takes it?',
      (draw) => draw.phrase('‹first›'),
      ['«give it to¦assign¦that is for¦let us ask» ‹value›', '‹value› «can do it¦has time¦, as before»'],
      { brief: 'for ‹value›' },
    ),
    choice(
      'priority',
      'Is the priority low, normal or high?',
      ['low', 'normal', 'high'],
      ['‹value› «priority¦is enough¦, no doubt»', '«rather¦make it¦only» ‹value›'],
      { brief: '‹value› priority' },
    ),
  ],
  call: {
    tool: 'board.create_task',
    description: 'Create a task on the board.',
    blastRadius: 'reversible',
    slots: ['title', 'assignee', 'priority'],
    result: (draw) => ({ status: 'accepted', task: `T-${draw.int(100, 9999)}` }),
  },
  done: 'The task is on the board.',
});
