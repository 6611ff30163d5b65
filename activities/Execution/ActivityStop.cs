using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>Gives up the activities of a worker at once, where a person does not want to wait for the worker's grace: the SDK takes that
/// once, when the worker is made. They are tried again by the next worker.</summary>
public sealed class ActivityStop : IWorkerInterceptor, IDisposable
{
    private static readonly AsyncLocal<CancellationToken?> OfActivity = new();

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the activity that is running is to end, for whatever reason.</summary>
    internal static CancellationToken Token => OfActivity.Value ?? ActivityExecutionContext.Current.CancellationToken;

    /// <summary>Gives up the activities that are running, and all that begin from now on.</summary>
    public void GiveUp() => _stop.Cancel();

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new Linking(nextInterceptor, _stop.Token);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private sealed class Linking(ActivityInboundInterceptor next, CancellationToken stop) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ActivityExecutionContext.Current.CancellationToken, stop);
            OfActivity.Value = linked.Token;
            try
            {
                return await base.ExecuteActivityAsync(input);
            }
            catch (OperationCanceledException given) when (stop.IsCancellationRequested)
            {
                throw new ApplicationFailureException("The worker was told to end at once.", given, "WorkerStopped");
            }
        }
    }
}
