using Orchestrator.Messages;
using Orchestrator.Workflows.Tasks;
using Xunit;

namespace Orchestrator.Workflows.Tests.Tasks;

public sealed class NextTaskAttemptDeciderTests
{
    private static readonly MergeResult Conflict = new()
    {
        Attempt = 1,
        Outcome = MergeOutcome.Conflict,
        Message = "conflict",
    };

    [Fact]
    public void AfterVerification_WhenNoneIsLeft_FailsWithTheProblem()
    {
        var (state, remediations) = Begin(most: 1);

        remediations.AfterVerification(new VerificationFailedReason(VerbatimQuote.All(["red"])), "problems.md");
        Assert.Equal((2, "problems.md"), (state.Progress.Attempt, state.ProblemsFile));
        var ended = Assert.Throws<TaskEndedException>(() =>
            remediations.AfterVerification(new VerificationFailedReason(VerbatimQuote.All(["still red"])), "")
        );

        var why = Assert.IsType<AttemptsExhaustedReason>(ended.Why);
        Assert.Equal((TaskStateNames.Failed, 1), (ended.State, why.Remediations));
        Assert.Equal(["still red"], Assert.IsType<VerificationFailedReason>(why.Because).Problems.Select(problem => problem.Text));
    }

    [Fact]
    public void AfterMerge_Conflicts_UseNoRemediationAndThenAPersonResolves()
    {
        var (state, remediations) = Begin(most: 1);

        remediations.AfterMerge(Conflict);
        Assert.Equal((0, 2, false), (remediations.Count, remediations.Attempts, remediations.IsForPerson));
        remediations.AfterVerification(new VerificationFailedReason(VerbatimQuote.All(["markers left"])), "");

        Assert.True(remediations.IsForPerson);
        Assert.NotNull(remediations.Conflict);
        Assert.Equal(
            ["markers left"],
            Assert.IsType<VerificationFailedReason>(remediations.Problem).Problems.Select(problem => problem.Text)
        );
        Assert.Equal(3, state.Progress.Attempt);
    }

    [Fact]
    public void AfterMerge_RedGateOfTheMergedTree_IsARemediationAndNoConflict()
    {
        var (_, remediations) = Begin(most: 2);

        remediations.AfterMerge(Conflict with { Outcome = MergeOutcome.Refused, Message = "red" });

        Assert.Equal((1, false, null), (remediations.Count, remediations.IsForPerson, remediations.Conflict));
    }

    private static (TaskWorkflowState State, NextTaskAttemptDecider Remediations) Begin(int most)
    {
        var state = new TaskWorkflowState("execution", CancellationToken.None);
        state.Restore(
            new TaskWorkflowInput
            {
                RunId = "run-1",
                Repository = new RepositoryReference("/r", "key", "queue"),
                PlanHash = "",
                Task = new TaskOutline { Id = "a", MaxRemediations = most },
                Rules = new RunWorkflowSettings(),
                Staging = "staging",
            }
        );
        return (state, new NextTaskAttemptDecider(state));
    }
}
