using System.Reflection;
using Google.Protobuf.Reflection;

namespace Temporal.Protocol.Tests;

/// <summary>What the generated assembly holds, written in the same words as the table.</summary>
internal static class GeneratedDescriptors
{
    private static readonly Lazy<IReadOnlyList<FileDescriptor>> Files = new(() =>
        [
            .. typeof(Temporalio.Api.WorkflowService.V1.StartWorkflowExecutionRequest)
                .Assembly.GetTypes()
                .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
                .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
                .OfType<FileDescriptor>(),
        ]
    );

    public static HashSet<string> Messages() => AllMessages().Select(message => message.FullName).ToHashSet();

    public static HashSet<string> Fields() =>
        AllMessages()
            .SelectMany(message => message.Fields.InDeclarationOrder())
            .Select(field =>
                $"{field.ContainingType.FullName} {field.FieldNumber} {field.Name} {TypeOf(field)}"
                + $" {field.RealContainingOneof?.Name}".TrimEnd()
            )
            .ToHashSet();

    public static HashSet<string> EnumValues() =>
        Files
            .Value.SelectMany(file => file.EnumTypes)
            .Concat(AllMessages().SelectMany(message => message.EnumTypes))
            .SelectMany(type => type.Values)
            .Select(value => $"{value.EnumDescriptor.FullName} {value.Number} {value.Name}")
            .ToHashSet();

    public static HashSet<string> Rpcs() =>
        Files
            .Value.SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .Select(method => $"{method.Service.FullName} {method.Name} {method.InputType.FullName} {method.OutputType.FullName}")
            .ToHashSet();

    private static IEnumerable<MessageDescriptor> AllMessages()
    {
        var waiting = new Queue<MessageDescriptor>(Files.Value.SelectMany(file => file.MessageTypes));
        while (waiting.TryDequeue(out var message))
        {
            if (message.GetOptions()?.MapEntry == true)
            {
                continue;
            }

            yield return message;
            foreach (var nested in message.NestedTypes)
            {
                waiting.Enqueue(nested);
            }
        }
    }

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return $"map<{SingleTypeOf(field.MessageType.FindFieldByNumber(1))},{SingleTypeOf(field.MessageType.FindFieldByNumber(2))}>";
        }

        return field.IsRepeated ? $"repeated {SingleTypeOf(field)}" : SingleTypeOf(field);
    }

    private static string SingleTypeOf(FieldDescriptor field) =>
        field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            var scalar => scalar.ToString().ToLowerInvariant(),
        };
}
