using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>Result of reading a message.</summary>
/// <param name="Values">Arguments for the handler. Not valid if there is a fault.</param>
/// <param name="Fault">Fault of the message, as text for users; empty if the message is readable.</param>
internal readonly record struct IncomingWorkflowArgumentReadResult(object?[] Values, string Fault);

/// <summary>
/// Reads all input from outside: start inputs, signals, updates and query arguments. Returns the arguments for a handler, or sentences that
/// name each member that is missing, unknown, too long or of the wrong kind. Never throws because of its input.
/// </summary>
internal static class IncomingWorkflowArgumentReader
{
    /// <summary>Maximum size of a single argument in bytes. Servers reject messages of 2 MB, and workflows pass arguments on.</summary>
    private const int MostBytes = 1024 * 1024;
    private const int MostDepth = 64;
    private const string Json = "json/plain";
    private const string Null = "binary/null";

    /// <summary>Reads the arguments of a handler.</summary>
    /// <param name="handler">Method whose parameters define the arguments. A non-nullable parameter is required even if the SDK would fill
    /// in a default. Additional arguments are ignored, as is usual in Temporal.</param>
    /// <param name="arguments">Raw value of each received argument.</param>
    public static IncomingWorkflowArgumentReadResult Read(MethodInfo handler, IReadOnlyList<object?> arguments)
    {
        var faults = new MessageValidationFaultCollector();
        var parameters = handler.GetParameters();
        var values = new object?[parameters.Length];
        for (var i = 0; i < values.Length && faults.None; i++)
        {
            var raw = i < arguments.Count ? arguments[i] as IRawValue : null;
            values[i] = ReadParameter(parameters, i, raw is null ? null : Parse(raw, NameOf(parameters, i), faults), faults);
        }
        return faults.None
            ? new IncomingWorkflowArgumentReadResult(values, "")
            : new IncomingWorkflowArgumentReadResult([], faults.Describe() + WorkflowMessageExampleFormatter.Of(parameters));
    }

    /// <summary>True if the argument is required.</summary>
    public static bool IsRequired(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState != NullabilityState.Nullable;

    private static object? ReadParameter(ParameterInfo[] parameters, int index, JsonElement? given, MessageValidationFaultCollector faults)
    {
        var parameter = parameters[index];
        if (!faults.None)
        {
            return null;
        }
        if (IsNull(given))
        {
            if (IsRequired(parameter))
            {
                faults.Add($"{NameOf(parameters, index)} is missing");
            }
            else if (parameter.DefaultValue is { } value)
            {
                new WorkflowMessageValidator(faults).Check(value, parameter.Name!, parameter);
            }
            return parameter.DefaultValue;
        }

        // If the message is a single record, faults name only its members.
        var path = IsSole(parameters, index) && given!.Value.ValueKind == JsonValueKind.Object ? "" : parameter.Name!;
        var node = new WorkflowMessageValidator(faults).ConvertValue(given!.Value, parameter.ParameterType, path, parameter);
        return faults.None ? Deserialize(node, parameter.ParameterType, path, faults) : null;
    }

    private static object? Deserialize(JsonNode? node, Type type, string path, MessageValidationFaultCollector faults)
    {
        try
        {
            return node.Deserialize(type, WorkflowMessageTypeDescriber.Strict);
        }
        catch (Exception unreadable)
        {
            // A converter rejected the value of a single member.
            var member = (unreadable as JsonException)?.Path is { Length: > 2 } at ? at[2..] : "";
            faults.Add(
                $"{MessageValidationFaultCollector.Name(string.Join('.', new[] { path, member }.Where(part => part.Length > 0)))} can't "
                    + $"be read"
            );
            return null;
        }
    }

    private static JsonElement? Parse(IRawValue raw, string name, MessageValidationFaultCollector faults)
    {
        var encoding = raw.Payload.Metadata.TryGetValue("encoding", out var said) ? said.ToStringUtf8() : "";
        if (encoding == Null)
        {
            return null;
        }
        if (encoding != Json)
        {
            faults.Add($"{name} must be JSON (encoding {Json}), but its encoding is {MessageValidationFaultCollector.Quote(encoding)}");
        }
        else if (raw.Payload.Data.Length > MostBytes)
        {
            faults.Add($"{name} is {raw.Payload.Data.Length / 1024} KB long; the limit is {MostBytes / 1024} KB");
        }
        else if (TryParse(raw.Payload.Data.Memory, MostDepth) is { } value)
        {
            return value;
        }
        else
        {
            var isJson = TryParse(raw.Payload.Data.Memory, MostBytes) is not null;
            faults.Add(name + (isJson ? $" is nested more than {MostDepth} levels deep" : " is not JSON"));
        }
        return null;
    }

    private static JsonElement? TryParse(ReadOnlyMemory<byte> json, int depth)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = depth }).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsNull(JsonElement? value) => value is null or { ValueKind: JsonValueKind.Null };

    /// <summary>True if this is the only required argument.</summary>
    private static bool IsSole(ParameterInfo[] parameters, int index) => index == 0 && !parameters.Skip(1).Any(IsRequired);

    private static string NameOf(ParameterInfo[] parameters, int index) =>
        IsSole(parameters, index) ? "the argument" : MessageValidationFaultCollector.Name(parameters[index].Name!);
}
