import { block, branch, indent, starred, type Syntax, type ValueType } from './code-syntax.ts';

type Names = Record<ValueType, string>;
const typed = (types: Names, parameters: readonly { name: string; type: ValueType }[]): string =>
  parameters.map((p) => `${types[p.type]} ${p.name}`).join(', ');

const javaTypes: Names = { int: 'int', text: 'String', list: 'List<Integer>', flag: 'boolean', float: 'double' };

const java: Syntax = {
  language: 'java',
  block: starred,
  naming: 'camel',
  imports: [
    'import java.util.List;',
    'import java.util.ArrayList;',
    'package com.example.orders;',
    'import java.util.Map;',
    'import static org.junit.Assert.assertEquals;',
    'import java.io.IOException;',
    'import java.util.stream.Collectors;',
  ],
  func: (name, parameters, returns, body) =>
    block(`public static ${javaTypes[returns]} ${name}(${typed(javaTypes, parameters)})`, body),
  record: (name, fields) =>
    block(
      `public final class ${name}`,
      fields.map((f) => `private final ${javaTypes[f.type]} ${f.name};`),
    ),
  declare: (name, type, value) => `${javaTypes[type]} ${name} = ${value};`,
  assign: (name, value) => `${name} = ${value};`,
  each: (item, list, body) => block(`for (int ${item} : ${list})`, body),
  range: (index, limit, body) => block(`for (int ${index} = 0; ${index} < ${limit}; ${index}++)`, body),
  when: (condition, body, otherwise) => branch(`(${condition})`, body, otherwise),
  give: (value) => `return ${value};`,
  print: (value) => `System.out.println(${value});`,
  comment: (text) => `// ${text}`,
  append: (list, value) => `${list}.add(${value});`,
  size: (list) => `${list}.size()`,
  and: '&&',
  not: '!',
  list: (items) => `List.of(${items.join(', ')})`,
  yes: 'true',
  program: (body) => block('public class Main', block('public static void main(String[] args)', body)),
};

const csharpTypes: Names = { int: 'int', text: 'string', list: 'List<int>', flag: 'bool', float: 'double' };

const csharp: Syntax = {
  ...java,
  language: 'csharp',
  imports: [
    'using System;',
    'using System.Collections.Generic;',
    'using System.Linq;',
    'namespace Shop.Orders;',
    'using Microsoft.AspNetCore.Mvc;',
  ],
  func: (name, parameters, returns, body) => [
    `public static ${csharpTypes[returns]} ${name}(${typed(csharpTypes, parameters)})`,
    '{',
    ...indent(body),
    '}',
  ],
  record: (name, fields) => [
    `public class ${name}`,
    '{',
    ...indent(fields.map((f) => `public ${csharpTypes[f.type]} ${f.name} { get; set; }`)),
    '}',
  ],
  declare: (name, _type, value) => `var ${name} = ${value};`,
  each: (item, list, body) => [`foreach (var ${item} in ${list})`, '{', ...indent(body), '}'],
  print: (value) => `Console.WriteLine(${value});`,
  append: (list, value) => `${list}.Add(${value});`,
  size: (list) => `${list}.Count`,
  list: (items) => `new List<int> { ${items.join(', ')} }`,
  program: (body) => [
    'class Program',
    '{',
    '    static void Main(string[] args)',
    '    {',
    ...indent(body, '        '),
    '    }',
    '}',
  ],
};

const cTypes: Names = { int: 'int', text: 'const char *', list: 'const int *', flag: 'bool', float: 'double' };

const c: Syntax = {
  ...java,
  language: 'c',
  naming: 'snake',
  imports: [
    '#include <stdio.h>',
    '#include <stdlib.h>',
    '#include <string.h>',
    '#include "buffer.h"',
    '#define MAX_SIZE 128',
    '#ifndef QUEUE_H\n#define QUEUE_H',
  ],
  func: (name, parameters, returns, body) =>
    block(`static ${cTypes[returns]} ${name}(${typed(cTypes, parameters)})`, body),
  record: (name, fields) => [
    ...block(
      `typedef struct ${name}`,
      fields.map((f) => `${cTypes[f.type]} ${f.name};`),
    ).slice(0, -1),
    `} ${name}_t;`,
  ],
  declare: (name, type, value) => `${cTypes[type]} ${name} = ${value};`,
  each: (item, list, body) => block(`for (size_t i = 0; i < count; i++)`, [`int ${item} = ${list}[i];`, ...body]),
  print: (value) => `printf("%d\\n", ${value});`,
  append: (list, value) => `${list}[used++] = ${value};`,
  size: (list) => `sizeof(${list}) / sizeof(${list}[0])`,
  list: (items) => `{${items.join(', ')}}`,
  program: (body) => block('int main(void)', [...body, 'return 0;']),
};

const cppTypes: Names = { int: 'int', text: 'std::string', list: 'std::vector<int>', flag: 'bool', float: 'double' };

const cpp: Syntax = {
  ...c,
  language: 'cpp',
  imports: [
    '#include <iostream>',
    '#include <vector>',
    '#include <algorithm>',
    'using namespace std;',
    '#include <map>',
    'template <typename T>',
  ],
  func: (name, parameters, returns, body) =>
    block(`${cppTypes[returns]} ${name}(${typed(cppTypes, parameters)})`, body, '  '),
  record: (name, fields) => [
    ...block(`class ${name}`, ['public:', ...fields.map((f) => `  ${cppTypes[f.type]} ${f.name};`)], '').slice(0, -1),
    '};',
  ],
  declare: (name, _type, value) => `auto ${name} = ${value};`,
  each: (item, list, body) => block(`for (const auto& ${item} : ${list})`, body, '  '),
  print: (value) => `std::cout << ${value} << std::endl;`,
  append: (list, value) => `${list}.push_back(${value});`,
  size: (list) => `${list}.size()`,
  list: (items) => `std::vector<int>{${items.join(', ')}}`,
};

const goTypes: Names = { int: 'int', text: 'string', list: '[]int', flag: 'bool', float: 'float64' };

const go: Syntax = {
  ...java,
  language: 'go',
  imports: [
    'package main',
    'import "fmt"',
    'import (\n\t"os"\n\t"strings"\n)',
    'package orders',
    'import (\n\t"context"\n\t"net/http"\n)',
    '//go:build linux',
  ],
  func: (name, parameters, returns, body) =>
    block(
      `func ${name}(${parameters.map((p) => `${p.name} ${goTypes[p.type]}`).join(', ')}) ${goTypes[returns]}`,
      body,
      '\t',
    ),
  record: (name, fields) =>
    block(
      `type ${name} struct`,
      fields.map((f) => `${f.name.charAt(0).toUpperCase()}${f.name.slice(1)} ${goTypes[f.type]} \`json:"${f.name}"\``),
      '\t',
    ),
  declare: (name, _type, value) => `${name} := ${value}`,
  assign: (name, value) => `${name} = ${value}`,
  each: (item, list, body) => block(`for _, ${item} := range ${list}`, body, '\t'),
  range: (index, limit, body) => block(`for ${index} := 0; ${index} < ${limit}; ${index}++`, body, '\t'),
  when: (condition, body, otherwise) => branch(condition, body, otherwise, '\t'),
  give: (value) => `return ${value}`,
  print: (value) => `fmt.Println(${value})`,
  append: (list, value) => `${list} = append(${list}, ${value})`,
  size: (list) => `len(${list})`,
  list: (items) => `[]int{${items.join(', ')}}`,
  program: (body) => block('func main()', body, '\t'),
};

const rustTypes: Names = { int: 'i64', text: '&str', list: 'Vec<i64>', flag: 'bool', float: 'f64' };

const rust: Syntax = {
  ...java,
  language: 'rust',
  naming: 'snake',
  imports: [
    'use std::collections::HashMap;',
    'use std::fs;',
    'mod orders;',
    'use serde::{Deserialize, Serialize};',
    '#[cfg(test)]',
    '#[derive(Debug, Clone)]',
  ],
  func: (name, parameters, returns, body) =>
    block(
      `pub fn ${name}(${parameters.map((p) => `${p.name}: ${rustTypes[p.type]}`).join(', ')}) -> ${rustTypes[returns]}`,
      body,
    ),
  record: (name, fields) => [
    '#[derive(Debug)]',
    ...block(
      `pub struct ${name}`,
      fields.map((f) => `pub ${f.name}: ${rustTypes[f.type]},`),
    ),
  ],
  declare: (name, _type, value) => `let mut ${name} = ${value};`,
  each: (item, list, body) => block(`for ${item} in ${list}.iter()`, body),
  range: (index, limit, body) => block(`for ${index} in 0..${limit}`, body),
  when: (condition, body, otherwise) => branch(condition, body, otherwise),
  print: (value) => `println!("{}", ${value});`,
  append: (list, value) => `${list}.push(${value});`,
  size: (list) => `${list}.len()`,
  list: (items) => `vec![${items.join(', ')}]`,
  program: (body) => block('fn main()', body),
};

const kotlinTypes: Names = { int: 'Int', text: 'String', list: 'List<Int>', flag: 'Boolean', float: 'Double' };

const kotlin: Syntax = {
  ...java,
  language: 'kotlin',
  imports: [
    'package com.example.app',
    'import kotlin.math.max',
    'import java.time.LocalDate',
    'import kotlinx.coroutines.launch',
  ],
  func: (name, parameters, returns, body) =>
    block(
      `fun ${name}(${parameters.map((p) => `${p.name}: ${kotlinTypes[p.type]}`).join(', ')}): ${kotlinTypes[returns]}`,
      body,
    ),
  record: (name, fields) => [
    `data class ${name}(${fields.map((f) => `val ${f.name}: ${kotlinTypes[f.type]}`).join(', ')})`,
  ],
  declare: (name, _type, value) => `var ${name} = ${value}`,
  assign: (name, value) => `${name} = ${value}`,
  each: (item, list, body) => block(`for (${item} in ${list})`, body),
  range: (index, limit, body) => block(`for (${index} in 0 until ${limit})`, body),
  give: (value) => `return ${value}`,
  print: (value) => `println(${value})`,
  append: (list, value) => `${list}.add(${value})`,
  size: (list) => `${list}.size`,
  list: (items) => `mutableListOf(${items.join(', ')})`,
  program: (body) => block('fun main()', body),
};

const swiftTypes: Names = { int: 'Int', text: 'String', list: '[Int]', flag: 'Bool', float: 'Double' };

const swift: Syntax = {
  ...kotlin,
  language: 'swift',
  imports: ['import Foundation', 'import SwiftUI', 'import UIKit', '@testable import Orders'],
  func: (name, parameters, returns, body) =>
    block(
      `func ${name}(${parameters.map((p) => `_ ${p.name}: ${swiftTypes[p.type]}`).join(', ')}) -> ${swiftTypes[returns]}`,
      body,
    ),
  record: (name, fields) =>
    block(
      `struct ${name}: Codable`,
      fields.map((f) => `let ${f.name}: ${swiftTypes[f.type]}`),
    ),
  each: (item, list, body) => block(`for ${item} in ${list}`, body),
  range: (index, limit, body) => block(`for ${index} in 0..<${limit}`, body),
  when: (condition, body, otherwise) => branch(condition, body, otherwise),
  print: (value) => `print(${value})`,
  append: (list, value) => `${list}.append(${value})`,
  size: (list) => `${list}.count`,
  list: (items) => `[${items.join(', ')}]`,
  program: (body) => [...body],
};

export const compiledSyntaxes: readonly Syntax[] = [java, csharp, c, cpp, go, rust, kotlin, swift];
