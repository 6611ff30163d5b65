using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Planning;
using Orchestrator.Runs.Tasks.Questions;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Asks read-only agents to plan, to review, and to answer the questions of other agents.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ReadOnlyAgentService(RunServiceBundle services)
{
    /// <summary>Starts the agent or attaches to a running one, monitors the agent until it ends, and stores its answer.</summary>
    /// <param name="input">The question, and the number of the agent run.</param>
    /// <param name="execution">The running step.</param>
    public async Task<AgentRunResult> AskAsync(AskAgentInput input, RunStepExecutionContext execution) =>
        await new ReadOnlyAgentRunner(services).AskAsync(input, await CallerOf(input.Question).DescribeAsync(input), execution);

    /// <summary>Validates an agent's answer. If the answer is valid, it is stored for later steps.</summary>
    /// <param name="input">The answer to validate.</param>
    public AgentAnswerValidationResult Judge(ValidateAgentAnswerInput input) => CallerOf(input.Question).Judge(input);

    private IReadOnlyAgentCaller CallerOf(AgentQuestion question) =>
        question switch
        {
            { Planning: not null, Review: null, Task: null } => new PlannerCaller(),
            { Planning: null, Review: not null, Task: null } => new ReviewerAgentCaller(services),
            { Planning: null, Review: null, Task: not null } => new AgentQuestionPlannerCaller(services),
            _ => throw new RunStepFailedException(
                "A request to an agent must be exactly one of a plan, a review and an answer.",
                "InvalidInput"
            ),
        };
}
