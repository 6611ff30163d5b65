using Orchestrator.App.PlanFiles;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Loading;
using Orchestrator.Settings;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

public sealed class PlanRiskTests
{
    private static readonly OrchestratorSettings Settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!;

    [Fact]
    public void Of_HighScore_NeedsAnApprovalThatYesDoesNotGive()
    {
        var plan = new Plan { Tasks = [Task("a", "auth/login.py", "payment/charge.py", "prod/deploy.yml")] };

        var risk = PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput { Yes = true });

        Assert.Contains($"{risk.Score}", risk.Approval, StringComparison.Ordinal);
        Assert.Equal("", PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput { ApproveRisk = risk.Score }).Approval);
    }

    [Fact]
    public void Of_ManySmallTasksWithoutTests_YesAnswers()
    {
        var plan = new Plan { Tasks = [.. Enumerable.Range(0, 14).Select(i => Task($"t{i}", $"src/a{i}.txt"))] };

        var risk = PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput());

        Assert.Equal((77, ""), (risk.Score, risk.Approval));
        Assert.Contains("14 tasks, 9 over 5", risk.Review, StringComparison.Ordinal);
        Assert.Equal("", PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput { ApproveRisk = 77 }).Review);
    }

    [Fact]
    public void Of_PathThatAlwaysNeedsAPerson_IsNamedWhateverTheScore()
    {
        var plan = new Plan { Tasks = [Task("a", ".github/workflows/ci.yml")] };

        var risk = PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput { ApproveRisk = 1000 });

        Assert.Contains(".github/workflows/ci.yml", risk.Approval, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OrdinaryPlan_AsksNobody()
    {
        var plan = new Plan { Tasks = [Task("a", "src/a.txt") with { Verification = [new Gate("test -s src/a.txt", GateType.Test)] }] };

        Assert.Equal(
            ("", ""),
            (
                PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput()).Approval,
                PlanRisk.Of(plan, Settings, new ProjectGates(), new OrchestrationInput()).Review
            )
        );
    }
}
