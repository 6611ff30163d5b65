using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Client;

/// <summary>A field of a request that holds values of a user.</summary>
/// <param name="Path">Where it stands in the request, such as
/// <c>commands[0].start_child_workflow_execution_command_attributes.input</c>.</param>
/// <param name="Size">Its size in bytes.</param>
internal readonly record struct PayloadField(string Path, int Size);

/// <summary>
/// Finds the values of users in requests, as they are sent: after converters and codecs. Search attributes are none: the server reads them
/// and has limits of their own for them.
/// </summary>
internal static class PayloadFields
{
    /// <summary>The memos of a request. Cheap: for requests of usual size.</summary>
    public static IEnumerable<PayloadField> Memos(IMessage request) =>
        request switch
        {
            StartWorkflowExecutionRequest start => Sized("memo", start.Memo),
            SignalWithStartWorkflowExecutionRequest start => Sized("memo", start.Memo),
            ExecuteMultiOperationRequest multi => multi.Operations.SelectMany(
                (operation, i) => Sized($"operations[{i}].start_workflow.memo", operation.StartWorkflow?.Memo)
            ),
            CreateScheduleRequest create =>
            [
                .. Sized("memo", create.Memo),
                .. Sized("schedule.action.start_workflow.memo", create.Schedule?.Action?.StartWorkflow?.Memo),
            ],
            UpdateScheduleRequest update => Sized("schedule.action.start_workflow.memo", update.Schedule?.Action?.StartWorkflow?.Memo),
            RespondWorkflowTaskCompletedRequest completed => completed.Commands.SelectMany(
                (command, i) => Sized($"commands[{i}]", MemoOf(command))
            ),
            _ => [],
        };

    /// <summary>
    /// All other values of a request, field by field. It looks at every field of every message in it: for requests that are large.
    /// </summary>
    public static IEnumerable<PayloadField> Values(IMessage request) => Within(request, string.Empty);

    private static IEnumerable<PayloadField> Sized(string path, Memo? memo) => memo is null ? [] : [new(path, memo.CalculateSize())];

    private static Memo? MemoOf(Command command) =>
        command.AttributesCase switch
        {
            Command.AttributesOneofCase.StartChildWorkflowExecutionCommandAttributes => command
                .StartChildWorkflowExecutionCommandAttributes
                .Memo,
            Command.AttributesOneofCase.ContinueAsNewWorkflowExecutionCommandAttributes => command
                .ContinueAsNewWorkflowExecutionCommandAttributes
                .Memo,
            Command.AttributesOneofCase.ModifyWorkflowPropertiesCommandAttributes => command
                .ModifyWorkflowPropertiesCommandAttributes
                .UpsertedMemo,
            _ => null,
        };

    private static IEnumerable<PayloadField> Within(IMessage message, string path) =>
        message switch
        {
            Payloads or Payload or Header => [new(path, message.CalculateSize())],
            Memo or SearchAttributes => [],
            Any wrapped => Unwrap(wrapped) is { } inner ? Within(inner, path) : [],
            _ => message
                .Descriptor.Fields.InFieldNumberOrder()
                .Where(field => field.FieldType == FieldType.Message)
                .SelectMany(field => WithinField(field.Accessor.GetValue(message), path.Length == 0 ? field.Name : $"{path}.{field.Name}")),
        };

    private static IEnumerable<PayloadField> WithinField(object? value, string path) =>
        value switch
        {
            IMessage one => Within(one, path),
            IDictionary map => map.Keys.Cast<object>().SelectMany(key => WithinField(map[key], $"{path}[{key}]")),
            IList list => list.Cast<object>().SelectMany((item, i) => WithinField(item, $"{path}[{i}]")),
            _ => [],
        };

    // What workflows answer to updates travels wrapped.
    private static IMessage? Unwrap(Any wrapped) =>
        wrapped.TypeUrl.Split('/')[^1] switch
        {
            "temporal.api.update.v1.Response" => Response.Parser.ParseFrom(wrapped.Value),
            "temporal.api.update.v1.Rejection" => Rejection.Parser.ParseFrom(wrapped.Value),
            "temporal.api.update.v1.Acceptance" => Acceptance.Parser.ParseFrom(wrapped.Value),
            _ => null,
        };
}
