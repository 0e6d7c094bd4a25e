import { block, branch, indent, starred, type Syntax, type ValueType } from './code-syntax.ts';

const pythonTypes: Record<ValueType, string> = {
  int: 'int',
  text: 'str',
  list: 'list[int]',
  flag: 'bool',
  float: 'float',
};

const python: Syntax = {
  language: 'python',
  naming: 'snake',
  imports: [
    'import os',
    'import sys',
    'import json',
    'from collections import defaultdict',
    'import numpy as np',
    'import pandas as pd',
    'from pathlib import Path',
    'import re',
    'from datetime import datetime, timedelta',
    'from __future__ import annotations',
    'import requests',
    'from typing import Iterable',
  ],
  block: (text) => ['"""', ...text, '"""'],
  func: (name, parameters, returns, body) => [
    `def ${name}(${parameters.map((p) => `${p.name}: ${pythonTypes[p.type]}`).join(', ')}) -> ${pythonTypes[returns]}:`,
    ...indent(body),
  ],
  record: (name, fields) => [
    `class ${name}:`,
    `    def __init__(self, ${fields.map((f) => f.name).join(', ')}):`,
    ...fields.map((f) => `        self.${f.name} = ${f.name}`),
    '',
    '    def __repr__(self):',
    `        return f"${name}({self.${fields[0]?.name}})"`,
  ],
  declare: (name, _type, value) => `${name} = ${value}`,
  assign: (name, value) => `${name} = ${value}`,
  each: (item, list, body) => [`for ${item} in ${list}:`, ...indent(body)],
  range: (index, limit, body) => [`for ${index} in range(${limit}):`, ...indent(body)],
  when: (condition, body, otherwise) => [
    `if ${condition}:`,
    ...indent(body),
    ...(otherwise === null ? [] : ['else:', ...indent(otherwise)]),
  ],
  give: (value) => `return ${value}`,
  print: (value) => `print(${value})`,
  comment: (text) => `# ${text}`,
  append: (list, value) => `${list}.append(${value})`,
  size: (list) => `len(${list})`,
  and: 'and',
  not: 'not ',
  list: (items) => `[${items.join(', ')}]`,
  yes: 'True',
  program: (body) => ['if __name__ == "__main__":', ...indent(body)],
};

const javascript: Syntax = {
  language: 'javascript',
  block: starred,
  naming: 'camel',
  imports: [
    "const fs = require('fs');",
    "import express from 'express';",
    "const { readFile } = require('node:fs/promises');",
    "import path from 'node:path';",
    "const _ = require('lodash');",
    "import { useState, useEffect } from 'react';",
    "import Station from '../station/Station';",
    "export { default } from './order.js';",
    "'use strict';",
  ],
  func: (name, parameters, _returns, body) =>
    block(`function ${name}(${parameters.map((p) => p.name).join(', ')})`, body, '  '),
  record: (name, fields) =>
    block(
      `class ${name}`,
      [
        ...block(
          `constructor(${fields.map((f) => f.name).join(', ')})`,
          fields.map((f) => `this.${f.name} = ${f.name};`),
          '  ',
        ),
      ],
      '  ',
    ),
  declare: (name, _type, value) => `let ${name} = ${value};`,
  assign: (name, value) => `${name} = ${value};`,
  each: (item, list, body) => block(`for (const ${item} of ${list})`, body, '  '),
  range: (index, limit, body) => block(`for (let ${index} = 0; ${index} < ${limit}; ${index}++)`, body, '  '),
  when: (condition, body, otherwise) => branch(`(${condition})`, body, otherwise, '  '),
  give: (value) => `return ${value};`,
  print: (value) => `console.log(${value});`,
  comment: (text) => `// ${text}`,
  append: (list, value) => `${list}.push(${value});`,
  size: (list) => `${list}.length`,
  and: '&&',
  not: '!',
  list: (items) => `[${items.join(', ')}]`,
  yes: 'true',
};

const typescriptTypes: Record<ValueType, string> = {
  int: 'number',
  text: 'string',
  list: 'number[]',
  flag: 'boolean',
  float: 'number',
};

const typescript: Syntax = {
  ...javascript,
  language: 'typescript',
  imports: [
    "import type { Request, Response } from 'express';",
    "import { readFile } from 'node:fs/promises';",
    "import { z } from 'zod';",
    "export * from './model';",
    "import fs from 'fs';",
  ],
  func: (name, parameters, returns, body) =>
    block(
      `export function ${name}(${parameters.map((p) => `${p.name}: ${typescriptTypes[p.type]}`).join(', ')}): ${typescriptTypes[returns]}`,
      body,
      '  ',
    ),
  record: (name, fields) =>
    block(
      `export interface ${name}`,
      fields.map((f) => `readonly ${f.name}: ${typescriptTypes[f.type]};`),
      '  ',
    ),
  declare: (name, type, value) => `const ${name}: ${typescriptTypes[type]} = ${value};`,
};

const ruby: Syntax = {
  language: 'ruby',
  block: (text) => ['=begin', ...text, '=end'],
  naming: 'snake',
  imports: [
    "require 'json'",
    "require 'set'",
    "require_relative 'base'",
    "require 'net/http'",
    "require 'minitest/autorun'",
  ],
  func: (name, parameters, _returns, body) => [
    `def ${name}(${parameters.map((p) => p.name).join(', ')})`,
    ...indent(body, '  '),
    'end',
  ],
  record: (name, fields) => [
    `class ${name}`,
    `  attr_reader ${fields.map((f) => `:${f.name}`).join(', ')}`,
    '',
    `  def initialize(${fields.map((f) => f.name).join(', ')})`,
    ...fields.map((f) => `    @${f.name} = ${f.name}`),
    '  end',
    'end',
  ],
  declare: (name, _type, value) => `${name} = ${value}`,
  assign: (name, value) => `${name} = ${value}`,
  each: (item, list, body) => [`${list}.each do |${item}|`, ...indent(body, '  '), 'end'],
  range: (index, limit, body) => [`${limit}.times do |${index}|`, ...indent(body, '  '), 'end'],
  when: (condition, body, otherwise) => [
    `if ${condition}`,
    ...indent(body, '  '),
    ...(otherwise === null ? [] : ['else', ...indent(otherwise, '  ')]),
    'end',
  ],
  give: (value) => `return ${value}`,
  print: (value) => `puts ${value}`,
  comment: (text) => `# ${text}`,
  append: (list, value) => `${list} << ${value}`,
  size: (list) => `${list}.length`,
  and: '&&',
  not: '!',
  list: (items) => `[${items.join(', ')}]`,
  yes: 'true',
};

const phpName = (name: string): string => `$${name}`;

const php: Syntax = {
  language: 'php',
  block: starred,
  naming: 'camel',
  imports: [
    '<?php',
    "require_once 'vendor/autoload.php';",
    'use App\\Models\\User;',
    'namespace App\\Services;',
    '<?php declare(strict_types=1);',
  ],
  func: (name, parameters, _returns, body) =>
    block(`function ${name}(${parameters.map((p) => phpName(p.name)).join(', ')})`, body),
  record: (name, fields) =>
    block(
      `class ${name}`,
      fields.map((f) => `private ${phpName(f.name)};`),
    ),
  declare: (name, _type, value) => `${name} = ${value};`,
  assign: (name, value) => `${name} = ${value};`,
  each: (item, list, body) => block(`foreach (${list} as ${item})`, body),
  range: (index, limit, body) => block(`for (${index} = 0; ${index} < ${limit}; ${index}++)`, body),
  when: (condition, body, otherwise) => branch(`(${condition})`, body, otherwise),
  give: (value) => `return ${value};`,
  print: (value) => `echo ${value};`,
  comment: (text) => `// ${text}`,
  append: (list, value) => `${list}[] = ${value};`,
  size: (list) => `count(${list})`,
  and: '&&',
  not: '!',
  list: (items) => `[${items.join(', ')}]`,
  yes: 'true',
};

const r: Syntax = {
  language: 'r',
  naming: 'snake',
  imports: [
    'library(ggplot2)',
    'library(dplyr)',
    'require(stats)',
    'library(tidyr)',
    'set.seed(42)',
    'data <- read.csv("data.csv")',
  ],
  func: (name, parameters, _returns, body) =>
    block(`${name} <- function(${parameters.map((p) => p.name).join(', ')})`, body, '  '),
  record: (name, fields) => [
    `${name} <- data.frame(`,
    ...indent(
      fields.map((f, n) => `${f.name} = c(1, 2, 3)${n < fields.length - 1 ? ',' : ''}`),
      '  ',
    ),
    ')',
  ],
  declare: (name, _type, value) => `${name} <- ${value}`,
  assign: (name, value) => `${name} <- ${value}`,
  each: (item, list, body) => block(`for (${item} in ${list})`, body, '  '),
  range: (index, limit, body) => block(`for (${index} in 1:${limit})`, body, '  '),
  when: (condition, body, otherwise) => branch(`(${condition})`, body, otherwise, '  '),
  give: (value) => `return(${value})`,
  print: (value) => `print(${value})`,
  comment: (text) => `# ${text}`,
  append: (list, value) => `${list} <- c(${list}, ${value})`,
  size: (list) => `length(${list})`,
  and: '&&',
  not: '!',
  list: (items) => `c(${items.join(', ')})`,
  yes: 'TRUE',
};

const bash: Syntax = {
  language: 'bash',
  naming: 'snake',
  imports: [
    '#!/usr/bin/env bash',
    '#!/bin/sh',
    'set -euo pipefail',
    'set -e',
    'cd "$(dirname "$0")"',
    'source ./env.sh',
  ],
  func: (name, parameters, _returns, body) =>
    block(`${name}()`, [...parameters.map((p, n) => `local ${p.name}=$${n + 1}`), ...body], '  '),
  record: (name, fields) => [`declare -A ${name}`, ...fields.map((f) => `${name}[${f.name}]="$1"`)],
  declare: (name, _type, value) => `${name}=${value.includes(' ') ? `$((${value}))` : value}`,
  assign: (name, value) => `${name}=$((${value}))`,
  each: (item, list, body) => [`for ${item} in $${list}; do`, ...indent(body, '  '), 'done'],
  range: (index, limit, body) => [`for ${index} in $(seq 1 ${limit}); do`, ...indent(body, '  '), 'done'],
  when: (condition, body, otherwise) => [
    `if [[ ${condition} ]]; then`,
    ...indent(body, '  '),
    ...(otherwise === null ? [] : ['else', ...indent(otherwise, '  ')]),
    'fi',
  ],
  give: (value) => `echo "$((${value}))"`,
  print: (value) => `echo "${value.replaceAll('"', '')}"`,
  comment: (text) => `# ${text}`,
  append: (list, value) => `${list}+=("${value}")`,
  size: (list) => `\${#${list}[@]}`,
  and: '&&',
  not: '! ',
  list: (items) => `(${items.join(' ')})`,
  yes: 'true',
};

export const scriptingSyntaxes: readonly Syntax[] = [python, javascript, typescript, ruby, php, r, bash];
