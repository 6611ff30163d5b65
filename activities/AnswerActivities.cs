using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Reviewing;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>The steps of asking an agent that only reads and answers, as activities. What each does is documented at the
/// interface.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class AnswerActivities(RunServices services) : IAnswerActivities
{
    private readonly AgentAnswers _answers = new(services);

    [Activity]
    public Task<AgentRunResult> AskAgentAsync(AskAgentInput input) =>
        Heartbeats.FollowAsync(execution =>
            _answers.AskAsync(
                input,
                input.IsAnnounced ? execution with { Begins = () => OwnTask.DemandWantedAsync(input.Start) } : execution
            )
        );

    [Activity]
    public Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input) => Task.FromResult(_answers.Judge(input));
}
