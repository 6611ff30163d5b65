using System.Text.Json;
using Temporalio.Common;

namespace Orchestrator.Workflows.Calls;

/// <summary>Sends signals between the workflows of a run. Sent by a local activity, a signal takes one event of the sender's history. Sent
/// by a command, it takes two, and its confirmation a workflow task of three.</summary>
internal static class LocalSignals
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Sends a signal and waits until the server has it.</summary>
    /// <param name="isLocal">True to use a local activity; false for histories from before.</param>
    /// <param name="workflowId">Id of the receiver.</param>
    /// <param name="signal">Name of the signal.</param>
    /// <param name="argument">Its argument.</param>
    /// <exception cref="FailureException">The receiver is closed, or has received its limit of signals.</exception>
    public static Task SendAsync(bool isLocal, string workflowId, string signal, object argument)
    {
        if (!isLocal)
        {
            return Workflow
                .GetExternalWorkflowHandle(workflowId)
                .SignalAsync(signal, [argument], new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        var input = new SignalInput(
            workflowId,
            signal,
            JsonSerializer.SerializeToElement(argument, argument.GetType(), MessageJson.Options)
        );
        var options = new LocalActivityOptions
        {
            StartToCloseTimeout = Limit,
            RetryPolicy = new RetryPolicy { InitialInterval = TimeSpan.FromMilliseconds(100), MaximumInterval = TimeSpan.FromSeconds(10) },
            CancellationToken = CancellationToken.None,
        };
        return Workflow.ExecuteLocalActivityAsync((ISignalActivities a) => a.SendSignalAsync(input), options);
    }
}
