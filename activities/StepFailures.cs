using Orchestrator.Git.Program;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// What a failed step means to the server, for all activities of a worker: a failure that is final is not tried again. Everything that is
/// not told here is a fault in passing and is tried again by the activity's retry policy; but what is refused because of what lies in a
/// repository comes to an end, too.
/// </summary>
public sealed class StepFailures : IWorkerInterceptor
{
    /// <summary>Some two minutes: somebody may be at work there by hand just now.</summary>
    private const int MostRefusals = 10;
    private const int LongestMessage = 2000;

    /// <summary>What git itself refuses, or the system, because of what lies there is no fault of the machine.</summary>
    private static bool IsRefusal(Exception fault) => fault is GitException { IsRefusal: true } or UnauthorizedAccessException;

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => new Mapping(nextInterceptor);

    private sealed class Mapping(ActivityInboundInterceptor next) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            try
            {
                return await base.ExecuteActivityAsync(input);
            }
            catch (StepException failed)
            {
                throw new ApplicationFailureException(
                    failed.Message,
                    failed.InnerException,
                    failed.FailureType,
                    nonRetryable: failed.IsFinal,
                    nextRetryDelay: failed.RetryAfter
                );
            }
            catch (WorktreeReplacedException replaced)
            {
                throw new ApplicationFailureException(replaced.Message, replaced, "WorktreeGone", nonRetryable: true);
            }
            catch (Exception refusal) when (IsRefusal(refusal) && ActivityExecutionContext.Current.Info.Attempt >= MostRefusals)
            {
                throw new ApplicationFailureException(
                    $"{FileNames.Show(refusal.Message.ReplaceLineEndings(" "), LongestMessage)} It was tried {MostRefusals} times, each "
                        + "time with the same end. Repair that, then retry.",
                    refusal,
                    "Refused",
                    nonRetryable: true
                );
            }
        }
    }
}
