using System.Diagnostics;
using OpenTelemetry;
using Temporalio.Api.Common.V1;
using Temporalio.Client;
using Temporalio.Client.Interceptors;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>A span for the length of each call, whose place in the trace goes along with the call.</summary>
internal sealed class ClientTracing(TracingInterceptor root, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
{
    public override Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(StartWorkflowInput input) =>
        TraceAsync(
            $"{(input.Options.StartSignal is null ? "StartWorkflow" : "SignalWithStartWorkflow")}:{input.Workflow}",
            root.WorkflowTags(input.Options.Id!),
            () => Next.StartWorkflowAsync<TWorkflow, TResult>(input with { Headers = Headers(input.Headers) })
        );

    public override Task SignalWorkflowAsync(SignalWorkflowInput input) =>
        TraceAsync(
            $"SignalWorkflow:{input.Signal}",
            root.WorkflowTags(input.Id),
            async () =>
            {
                await Next.SignalWorkflowAsync(input with { Headers = Headers(input.Headers) });
                return true;
            }
        );

    public override Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input) =>
        TraceAsync(
            $"QueryWorkflow:{input.Query}",
            root.WorkflowTags(input.Id),
            () => Next.QueryWorkflowAsync<TResult>(input with { Headers = Headers(input.Headers) })
        );

    public override Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(StartWorkflowUpdateInput input) =>
        TraceAsync(
            $"UpdateWorkflow:{input.Update}",
            root.UpdateTags(input.Id, input.Options.Id),
            () => Next.StartWorkflowUpdateAsync<TResult>(input with { Headers = Headers(input.Headers) })
        );

    public override Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        StartUpdateWithStartWorkflowInput input
    ) =>
        input.Options.StartWorkflowOperation is not { } start
            ? Next.StartUpdateWithStartWorkflowAsync<TUpdateResult>(input)
            : TraceAsync(
                $"UpdateWithStartWorkflow:{start.Workflow}",
                root.UpdateTags(start.Options.Id!, input.Options.Id),
                () =>
                {
                    // The operation is the caller's own, who waits for its handle: so it is changed in place.
                    start.Headers = Headers(start.Headers);
                    return Next.StartUpdateWithStartWorkflowAsync<TUpdateResult>(input with { Headers = Headers(input.Headers) });
                }
            );

    private static async Task<T> TraceAsync<T>(string name, IEnumerable<KeyValuePair<string, object?>> tags, Func<Task<T>> call)
    {
        using var span = TracingInterceptor.ClientSource.StartActivity(name, ActivityKind.Client, parentContext: default, tags);
        try
        {
            return await call();
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private IDictionary<string, Payload>? Headers(IDictionary<string, Payload>? headers) =>
        Activity.Current is { } current ? root.Write(headers, new(current.Context, Baggage.Current)) : headers;
}
