using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Activities that query a planner or a reviewer, or verify a user's repair.</summary>
internal sealed partial class ScriptedActivities
{
    public ConcurrentQueue<AskAgentInput> Questions { get; } = new();

    public Func<AskAgentInput, CancellationToken, Task<AgentRunResult>> Planner { get; set; } =
        (_, _) => Task.FromResult(Done("planner's"));

    public Func<ValidateAgentAnswerInput, AgentAnswerValidationResult> Judge { get; set; } =
        _ => new AgentAnswerValidationResult { Message = "a plan" };

    public Func<PrepareReplanInput, PlanningPreparationResult> BeginReplan { get; set; } =
        _ => new PlanningPreparationResult { Agent = "claude" };

    /// <summary>The conclusion of a new plan, whose tasks then belong to the plan.</summary>
    public Func<ConcludeReplanInput, ReplanConclusion> ConcludeReplan { get; set; } = _ => throw new NotSupportedException();

    /// <summary>Other plans that were asked for.</summary>
    public ConcurrentQueue<PrepareReplanInput> Replans { get; } = new();

    /// <summary>Questions to the reviewer, in order.</summary>
    public ConcurrentQueue<AskAgentInput> Reviews { get; } = new();

    public Func<PrepareReviewInput, ReviewPreparationResult> BeginReview { get; set; } = _ => new ReviewPreparationResult { Parts = 1 };

    public Func<AskAgentInput, CancellationToken, Task<AgentRunResult>> Reviewer { get; set; } =
        (_, _) => Task.FromResult(Done("reviewer's"));

    public Func<ValidateAgentAnswerInput, AgentAnswerValidationResult> JudgeReview { get; set; } =
        _ => new AgentAnswerValidationResult { Message = "read" };

    /// <summary>The conclusion of a review round, whose tasks then belong to the plan.</summary>
    public Func<ConcludeReviewInput, ReviewConclusion> Conclude { get; set; } = _ => new ReviewConclusion { WasRead = true };

    /// <summary>Tasks that rounds of the review have added to the plan.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<TaskOutline>> Extended { get; } = new();

    public ConcurrentQueue<string> EndedReviews { get; } = new();

    [Activity]
    public Task<PlanningPreparationResult> BeginReplanAsync(PrepareReplanInput input)
    {
        Replans.Enqueue(input);
        return Task.FromResult(BeginReplan(input));
    }

    [Activity]
    public Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input)
    {
        var made = ConcludeReplan(input) with { PlanHash = $"{input.PlanHash}+replan{input.Replan}" };
        Extended[made.PlanHash] = [.. Extended.GetValueOrDefault(input.PlanHash) ?? tasks, .. made.Tasks];
        return Task.FromResult(made);
    }

    /// <summary>Number of questions about results that the evidence does not decide.</summary>
    public int Ties { get; set; }

    [Activity]
    public Task<TiedTaskResultSearchResult> FindTiesAsync(CompareIdenticalTasksInput input) =>
        Task.FromResult(
            new TiedTaskResultSearchResult(Ties)
            {
                // Found again, they are the same.
                PlanHash = Ties > 0 ? input.PlanHash.Replace("+ties", "", StringComparison.Ordinal) + "+ties" : input.PlanHash,
                Notes = Ties > 0 ? [] : [$"{string.Join(", ", input.Results.Select(result => result.Id))} are too large"],
            }
        );

    [Activity]
    public Task<ReviewPreparationResult> BeginReviewAsync(PrepareReviewInput input) => Task.FromResult(BeginReview(input));

    [Activity]
    public Task<AgentRunResult> AskAgentAsync(AskAgentInput input) =>
        input.Question switch
        {
            { Review: not null } => AskAsync(input, Reviews, Reviewer),
            { Task: not null } => AskAsync(input, AskedForAgents, AnswerForAgentAsync),
            _ => AskAsync(input, Questions, Planner),
        };

    [Activity]
    public Task<AgentAnswerValidationResult> JudgeAnswerAsync(ValidateAgentAnswerInput input) =>
        Task.FromResult(
            input.Question switch
            {
                { Review: not null } => JudgeReview(input),
                { Task: not null } => JudgeForAgent(input),
                _ => Judge(input),
            }
        );

    private static Task<AgentRunResult> AskAsync(
        AskAgentInput input,
        ConcurrentQueue<AskAgentInput> asked,
        Func<AskAgentInput, CancellationToken, Task<AgentRunResult>> answer
    )
    {
        asked.Enqueue(input);
        return WithHeartbeatsAsync(stop => answer(input, stop));
    }

    [Activity]
    public Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input)
    {
        var conclusion = Conclude(input);
        if (conclusion.Tasks.Count == 0)
        {
            return Task.FromResult(conclusion with { PlanHash = input.PlanHash });
        }
        var hash = $"{input.PlanHash}+{input.Round.Number}";
        Extended[hash] = [.. Extended.GetValueOrDefault(input.PlanHash) ?? tasks, .. conclusion.Tasks];
        return Task.FromResult(conclusion with { PlanHash = hash });
    }

    [Activity]
    public Task EndReviewAsync(EndReviewInput input)
    {
        EndedReviews.Enqueue(input.PlanHash);
        return Task.CompletedTask;
    }

    public Func<FindManualFixInput, ManualFixCommits> LookAtFix { get; set; } =
        input => new ManualFixCommits
        {
            Commit = $"{input.StagingTip}+fix",
            Commits = 1,
            Summary = "'fix'",
        };

    public Func<VerifyFixInput, ManualFixVerdict> VerifyFix { get; set; } =
        input => new ManualFixVerdict
        {
            Commit = $"{input.Commit}+merge",
            Gates = new GateSummary
            {
                Proof = GateAssuranceLevel.Verified,
                Total = 2,
                Passed = 2,
            },
        };

    /// <summary>Requests to verify a user's commits.</summary>
    public ConcurrentQueue<VerifyFixInput> Fixes { get; } = new();

    [Activity]
    public Task<ManualFixCommits> LookAtFixAsync(FindManualFixInput input) => Task.FromResult(LookAtFix(input));

    [Activity]
    public Task<ManualFixVerdict> VerifyFixAsync(VerifyFixInput input)
    {
        Fixes.Enqueue(input);
        return Task.FromResult(VerifyFix(input));
    }

    [Activity]
    public Task<PlanningPreparationResult> BeginPlanningAsync(PreparePlanningInput input) =>
        Task.FromResult(
            new PlanningPreparationResult
            {
                Title = "a request",
                Agent = "scripted",
                Timeout = TimeSpan.FromMinutes(5),
                Rules = settings,
            }
        );

    [Activity]
    public Task<string> EndPlanningAsync(EndPlanningInput input) => Task.FromResult("the plan is there");
}
