using System.Diagnostics;
using OpenTelemetry;
using Temporalio.Api.Common.V1;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>A span for what a workflow calls, and its place in the trace in the headers of the call.</summary>
internal sealed class WorkflowOutboundTracing(TracingInterceptor root, WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
{
    public override ContinueAsNewException CreateContinueAsNewException(CreateContinueAsNewExceptionInput input) =>
        Next.CreateContinueAsNewException(input with { Headers = Write(input.Headers) });

    public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input) =>
        Next.ScheduleActivityAsync<TResult>(input with { Headers = Trace($"StartActivity:{input.Activity}", input.Headers) });

    public override Task<TResult> ScheduleLocalActivityAsync<TResult>(ScheduleLocalActivityInput input) =>
        Next.ScheduleLocalActivityAsync<TResult>(input with { Headers = Trace($"StartActivity:{input.Activity}", input.Headers) });

    public override Task SignalChildWorkflowAsync(SignalChildWorkflowInput input) =>
        Next.SignalChildWorkflowAsync(input with { Headers = Trace($"SignalChildWorkflow:{input.Signal}", input.Headers) });

    public override Task SignalExternalWorkflowAsync(SignalExternalWorkflowInput input) =>
        Next.SignalExternalWorkflowAsync(input with { Headers = Trace($"SignalExternalWorkflow:{input.Signal}", input.Headers) });

    public override Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        StartChildWorkflowInput input
    ) =>
        Next.StartChildWorkflowAsync<TWorkflow, TResult>(
            input with
            {
                Headers = Trace($"StartChildWorkflow:{input.Workflow}", input.Headers),
            }
        );

    private IDictionary<string, Payload> Trace(string name, IDictionary<string, Payload>? headers)
    {
        using (TracingInterceptor.WorkflowsSource.TrackWorkflowDiagnosticActivity(name, ActivityKind.Client))
        {
            return Write(headers);
        }
    }

    private IDictionary<string, Payload> Write(IDictionary<string, Payload>? headers) =>
        root.Write(headers, new(WorkflowDiagnosticActivity.Current?.Context ?? default, Baggage.Current));
}
