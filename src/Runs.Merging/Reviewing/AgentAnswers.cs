using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Planning;
using Orchestrator.Runs.Tasks.Questions;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Has an agent that only reads answer, for each who asks: a plan is made, a change is reviewed, another agent is
/// answered.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class AgentAnswers(RunServices services)
{
    /// <summary>Starts the agent, or attaches to a running one, follows it to its answer, and stores that.</summary>
    /// <param name="input">What is asked, and the number of the agent run.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult> AskAsync(AskAgentInput input, StepExecution execution) =>
        await new StructuredAnswer(services).AskAsync(input, await CallerOf(input.Question).DescribeAsync(input), execution);

    /// <summary>Validates a stored answer; a valid one is stored for later steps.</summary>
    /// <param name="input">Which answer.</param>
    public AnswerJudgement Judge(JudgeAnswerInput input) => CallerOf(input.Question).Judge(input);

    private IAnswerCaller CallerOf(AgentQuestion question) =>
        question switch
        {
            { Planning: not null, Review: null, Task: null } => new PlanCaller(),
            { Planning: null, Review: not null, Task: null } => new ReviewCaller(services),
            { Planning: null, Review: null, Task: not null } => new QuestionCaller(services),
            _ => throw new StepException("An agent is asked for exactly one of a plan, a review and an answer.", "InvalidInput"),
        };
}
