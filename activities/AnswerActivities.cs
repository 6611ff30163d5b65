using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Reviewing;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the activities that ask an agent for an answer without letting the agent change files. The interface documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class AnswerActivities(RunServiceBundle services) : IAnswerActivities
{
    private readonly ReadOnlyAgentService _answers = new(services);

    [Activity]
    public Task<AgentRunResult> AskAgentAsync(AskAgentInput input) =>
        ActivityHeartbeatSender.FollowAsync(execution =>
            _answers.AskAsync(
                input,
                input.IsAnnounced ? execution with { Begins = () => CurrentTask.AnnounceAgentAsync(input.Start) } : execution
            )
        );

    [Activity]
    public Task<AgentAnswerValidationResult> JudgeAnswerAsync(ValidateAgentAnswerInput input) => Task.FromResult(_answers.Judge(input));
}
