using System.Diagnostics;
using OpenTelemetry;
using Temporalio.Api.Common.V1;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>
/// Spans of a run and of its handlers. All are below the call that started the workflow; a message's handler has a link to the call that
/// sent the message.
/// </summary>
internal sealed class WorkflowInboundTracing(TracingInterceptor root, WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
{
    public override void Init(WorkflowOutboundInterceptor outbound) => Next.Init(new WorkflowOutboundTracing(root, outbound));

    public override async Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
    {
        using var scope = Enter($"RunWorkflow:{Workflow.Info.WorkflowType}");
        try
        {
            var result = await Next.ExecuteWorkflowAsync(input);
            TracingInterceptor.WorkflowsSource.TrackWorkflowDiagnosticActivity($"CompleteWorkflow:{Workflow.Info.WorkflowType}").Dispose();
            return result;
        }
        catch (Exception error) when (error is not ContinueAsNewException)
        {
            Failed("CompleteWorkflow", Workflow.Info.WorkflowType, error);
            throw;
        }
    }

    public override async Task HandleSignalAsync(HandleSignalInput input)
    {
        using var scope = Enter($"HandleSignal:{input.Signal}", input.Headers);
        try
        {
            await Next.HandleSignalAsync(input);
        }
        catch (Exception error) when (error is not ContinueAsNewException)
        {
            // A signal that fails ends the workflow.
            Failed("CompleteWorkflow", Workflow.Info.WorkflowType, error);
            throw;
        }
    }

    public override async Task<object?> HandleUpdateAsync(HandleUpdateInput input)
    {
        using var scope = Enter($"HandleUpdate:{input.Update}", input.Headers);
        try
        {
            return await Next.HandleUpdateAsync(input);
        }
        catch (Exception error)
        {
            Failed("CompleteUpdate", input.Update, error);
            throw;
        }
    }

    public override void ValidateUpdate(HandleUpdateInput input)
    {
        using var scope = Enter($"ValidateUpdate:{input.Update}", input.Headers);
        try
        {
            Next.ValidateUpdate(input);
        }
        catch (Exception error)
        {
            scope.Span?.Fail(error);
            throw;
        }
    }

    public override object? HandleQuery(HandleQueryInput input)
    {
        using var scope = Enter($"HandleQuery:{input.Query}", input.Headers, evenOnReplay: true);
        try
        {
            return Next.HandleQuery(input);
        }
        catch (Exception error)
        {
            scope.Span?.Fail(error);
            throw;
        }
    }

    /// <summary>A span of its own: that of the run has ended long ago, maybe in another process.</summary>
    private static void Failed(string completed, string type, Exception error)
    {
        var name = error is FailureException or OperationCanceledException ? completed : "WorkflowTaskFailure";
        TracingInterceptor
            .WorkflowsSource.TrackWorkflowDiagnosticActivity($"{name}:{type}", updateActivity: span => span.Fail(error))
            .Dispose();
    }

    private Scope Enter(string name, IReadOnlyDictionary<string, Payload>? message = null, bool evenOnReplay = false)
    {
        var baggage = Baggage.Current;
        WorkflowDiagnosticActivity? started = null;
        if (root.Read(Workflow.Info.Headers) is { } start)
        {
            Baggage.Current = start.Baggage;
            started = WorkflowDiagnosticActivity.AttachFromContext(start.ActivityContext);
        }

        var own = TracingInterceptor.WorkflowsSource.TrackWorkflowDiagnosticActivity(
            name,
            ActivityKind.Server,
            root.InWorkflowTags(),
            root.Read(message) is { } sender && sender.ActivityContext.IsValid() ? [new ActivityLink(sender.ActivityContext)] : null,
            evenOnReplay,
            inheritParentTags: false
        );
        return new(own, started, baggage);
    }

    private sealed class Scope(WorkflowDiagnosticActivity own, WorkflowDiagnosticActivity? started, Baggage baggage) : IDisposable
    {
        public Activity? Span => own.Activity;

        public void Dispose()
        {
            own.Dispose();
            started?.Dispose();
            Baggage.Current = baggage;
        }
    }
}
