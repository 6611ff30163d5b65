using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Workflows.Messages;

/// <summary>Describes the types of message members in plain words.</summary>
internal static class WorkflowMessageTypeDescriber
{
    /// <summary>JSON options for the message records. They enforce nullability and required members.</summary>
    public static JsonSerializerOptions Strict { get; } =
        new(PayloadJsonOptions.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static string KindOf(Type type) =>
        Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => $"one of {string.Join(", ", EnumNames(type))}",
            TypeCode.String => "a string",
            TypeCode.Boolean => "true or false",
            TypeCode.Int32 or TypeCode.Int64 => "a whole number in the allowed range",
            TypeCode.Decimal or TypeCode.Double => "a number in the allowed range",
            _ when type == typeof(DateTimeOffset) => "a time such as 2026-11-21T08:00:00Z",
            _ when type == typeof(TimeSpan) => "a duration such as 00:05:00",
            _ => Strict.GetTypeInfo(type).Kind is JsonTypeInfoKind.Enumerable ? "a list" : "an object",
        };

    public static IEnumerable<string> EnumNames(Type type) =>
        Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, Strict).Trim('"'));
}
