using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Messages;
using Temporalio.Workflows;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Generates the TypeScript client of the samples from the JSON Schemas of the messages of a run.</summary>
internal sealed class TypeScriptClient
{
    private const string Indent = "  ";
    private readonly SortedDictionary<string, JsonObject> _types = new(StringComparer.Ordinal);

    /// <summary>Generates the file.</summary>
    public string Generate()
    {
        var updates = typeof(IOrchestrationWorkflow)
            .GetMethods()
            .Select(method => (Method: method, Update: method.GetCustomAttribute<WorkflowUpdateAttribute>()))
            .Where(one => one.Update is not null)
            .Select(one => UpdateOf(one.Update!.Name!, one.Method))
            .ToList();
        var (input, status, result) = (Add(typeof(OrchestrationInput)), Add(typeof(RunStatus)), Add(typeof(RunResult)));
        var text = new StringBuilder()
            .Append("// Generated from the messages of orchestrate, see README.md. Do not edit.\n")
            .Append("import type { Client, WorkflowHandle } from '@temporalio/client';\n");
        foreach (var (name, schema) in _types)
        {
            text.Append($"\nexport interface {name} {ObjectOf(schema, "")}\n");
        }
        text.Append(
            $$"""

            /** A run on a Temporal server. */
            export class Run {
              constructor(private readonly handle: WorkflowHandle) {}

              /** Returns the status, with a range of the tasks. */
              status(offset = 0, count = 100): Promise<{{status}}> {
                return this.handle.query('{{WorkflowMessageNames.Status}}', offset, count);
              }

              /** Waits for the end of the run. */
              result(): Promise<{{result}}> {
                return this.handle.result();
              }
            {{string.Concat(updates)}}}

            /** Starts and finds runs on a Temporal server. */
            export class RunClient {
              constructor(private readonly client: Client) {}

              /** Starts a run, or returns the open run with this id. */
              async start(input: {{input}}, id: string): Promise<Run> {
                await this.client.workflow.start('{{nameof(IOrchestrationWorkflow)[1..]}}', {
                  args: [input],
                  taskQueue: '{{QueueNames.Workflows}}',
                  workflowId: id,
                  workflowIdConflictPolicy: 'USE_EXISTING',
                });
                return this.get(id);
              }

              /** Returns a run without a call of the server. */
              get(id: string): Run {
                return new Run(this.client.workflow.getHandle(id));
              }
            }

            """
        );
        return text.ToString();
    }

    private string UpdateOf(string name, MethodInfo method)
    {
        var answer = Add(method.ReturnType.GetGenericArguments()[0]);
        var parameter = method.GetParameters().SingleOrDefault();
        var (declared, passed) = parameter is null
            ? ("", "")
            : ($"{parameter.Name}{(parameter.HasDefaultValue ? "?" : "")}: {Add(parameter.ParameterType)}", parameter.Name);
        var call = $"this.handle.executeUpdate('{name}', {{ args: [{passed}] }})";
        call = parameter switch
        {
            null => $"this.handle.executeUpdate('{name}')",
            { HasDefaultValue: true } => $"{passed} ? {call} : this.handle.executeUpdate('{name}')",
            _ => call,
        };
        return $$"""

              {{name}}({{declared}}): Promise<{{answer}}> {
                return {{call}};
              }

            """;
    }

    /// <summary>Adds a message and the messages within it.</summary>
    /// <returns>Its TypeScript type.</returns>
    private string Add(Type type)
    {
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Hoist };
        return TypeOf(PayloadJsonOptions.Options.GetTypeInfo(type).GetJsonSchemaAsNode(options), "");
    }

    /// <summary>Replaces the schema of one of our records by its name.</summary>
    private JsonNode Hoist(JsonSchemaExporterContext at, JsonNode schema)
    {
        var type = at.TypeInfo.Type;
        if (type == typeof(Reason))
        {
            _types["Reason"] = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["type"] = "string" } } };
        }
        else if (
            schema is not JsonObject { } record
            || record["properties"] is null
            || type.Namespace?.StartsWith("Orchestrator.", StringComparison.Ordinal) != true
        )
        {
            return schema;
        }
        else
        {
            _types[type.Name] = (JsonObject)record.DeepClone();
        }
        var isNullable = schema is JsonObject { } node && node["type"] is JsonArray types && types.Any(one => (string?)one == "null");
        return new JsonObject { ["name"] = type.Name, ["isNullable"] = isNullable };
    }

    private static string TypeOf(JsonNode? schema, string indent)
    {
        if (schema is not JsonObject node || node.ContainsKey("$ref"))
        {
            return "unknown";
        }
        if (node["name"] is { } name)
        {
            return (bool)node["isNullable"]! ? $"{name} | null" : $"{name}";
        }
        if (node["enum"] is JsonArray values)
        {
            return string.Join(" | ", values.Select(value => value is null ? "null" : value.ToJsonString().Replace('"', '\'')));
        }
        return node["type"] switch
        {
            JsonArray types => string.Join(" | ", types.Select(type => SingleOf((string)type!, node, indent)).Distinct()),
            { } type => SingleOf((string)type!, node, indent),
            null => "unknown",
        };
    }

    private static string SingleOf(string type, JsonObject node, string indent) =>
        type switch
        {
            "integer" or "number" => "number",
            "array" => $"Array<{TypeOf(node["items"], indent)}>",
            "object" when node["properties"] is not null => ObjectOf(node, indent),
            "object" => $"Record<string, {TypeOf(node["additionalProperties"], indent)}>",
            _ => type,
        };

    private static string ObjectOf(JsonObject schema, string indent)
    {
        var required = schema["required"] is JsonArray names ? names.Select(name => (string)name!).ToHashSet(StringComparer.Ordinal) : [];
        var members = ((JsonObject)schema["properties"]!).Select(member =>
            $"{indent}{Indent}{member.Key}{(required.Contains(member.Key) ? "" : "?")}: {TypeOf(member.Value, indent + Indent)};\n"
        );
        return $"{{\n{string.Concat(members)}{indent}}}";
    }
}
