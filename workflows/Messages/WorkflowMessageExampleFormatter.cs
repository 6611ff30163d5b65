using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Workflows.Messages;

/// <summary>Describes the expected format of a message. Used in error messages.</summary>
internal static class WorkflowMessageExampleFormatter
{
    private const int MostMembers = 40;

    /// <summary>Returns text that lists the arguments or members of a message and gives an example, with a leading space.</summary>
    public static string Of(IReadOnlyList<ParameterInfo> parameters)
    {
        if (parameters.Count == 0)
        {
            return "";
        }
        var needed = parameters.Where((p, i) => i == 0 || IncomingWorkflowArgumentReader.IsRequired(p)).ToList();
        var example = string.Join(" ", needed.Select(p => Of(p.ParameterType, p, depth: 0)));
        if (needed.Count > 1)
        {
            return $" Arguments: {string.Join(", ", parameters.Select(p => p.Name))}. Example: {example}";
        }
        var members = MembersOf(parameters[0].ParameterType).Select(p => p.Name).ToList();
        return members.Count == 0
            ? $" Example: {example}"
            : $" Members: {string.Join(", ", members.Take(MostMembers))}{(members.Count > MostMembers ? ", ..." : "")}. Example: {example}";
    }

    private static string Of(Type type, ICustomAttributeProvider? rules, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.GetCustomAttribute<MessageExampleAttribute>() is { } given)
        {
            return given.Json;
        }
        var required = MembersOf(type).Where(p => p.IsRequired).ToList();
        return WorkflowMessageTypeDescriber.Strict.GetTypeInfo(type).Kind switch
        {
            JsonTypeInfoKind.Enumerable => "[]",
            JsonTypeInfoKind.Object when depth > 1 => "{}",
            JsonTypeInfoKind.Object => "{"
                + string.Join(",", required.Select(p => $"\"{p.Name}\":{Of(p.PropertyType, p.AttributeProvider, depth + 1)}"))
                + "}",
            JsonTypeInfoKind.Dictionary => "{}",
            _ => OfScalar(type, rules),
        };
    }

    private static string OfScalar(Type type, ICustomAttributeProvider? rules)
    {
        if (rules?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: true) is [AllowedValuesAttribute allowed, ..])
        {
            return $"\"{allowed.Values[0]}\"";
        }
        return type == typeof(bool) ? "true"
            : type == typeof(TimeSpan) ? "\"00:05:00\""
            : type == typeof(DateTimeOffset) ? "\"2026-11-21T08:00:00Z\""
            : type == typeof(string) || type.IsEnum ? "\"...\""
            : "1";
    }

    private static IEnumerable<JsonPropertyInfo> MembersOf(Type type)
    {
        var info = WorkflowMessageTypeDescriber.Strict.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return info.Kind == JsonTypeInfoKind.Object ? info.Properties.Where(WorkflowMessageValidator.IsRead) : [];
    }
}
