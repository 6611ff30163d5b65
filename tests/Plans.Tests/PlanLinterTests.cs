using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class PlanLinterTests
{
    [Theory]
    [InlineData("true")]
    [InlineData(":")]
    [InlineData("exit 0")]
    [InlineData("echo done")]
    [InlineData("echo a && echo b")]
    [InlineData("pytest || true")]
    [InlineData("pytest || echo failed")]
    [InlineData("pytest; exit 0")]
    [InlineData("pytest ; true;")]
    [InlineData("pytest\necho ok")]
    [InlineData("pytest | tee log.txt")]
    [InlineData("npm test 2>&1 | tail -20")]
    [InlineData("cat x | sort")]
    [InlineData("npm start &")]
    public void ReasonItCannotFail_CommandThatAlwaysPasses_IsNamed(string command) =>
        Assert.NotNull(GateCommandAnalysis.ReasonItCannotFail(command));

    [Theory]
    [InlineData("pytest")]
    [InlineData("pytest && echo ok")]
    [InlineData("test -f x || exit 1")]
    [InlineData("cat x | grep -q y")]
    [InlineData("set -o pipefail; pytest | tee log")]
    [InlineData("sh -c 'pytest || true'")]
    [InlineData("grep -q 'a|b' x")]
    [InlineData("pytest > log 2>&1")]
    [InlineData("test \"$(echo a | tail -1)\" = a")]
    [InlineData("pytest;")]
    public void ReasonItCannotFail_CommandThatCanFail_IsFine(string command) =>
        Assert.Null(GateCommandAnalysis.ReasonItCannotFail(command));

    [Fact]
    public void Of_GoodPlan_SaysNothing()
    {
        Plan plan = new()
        {
            Tasks =
            [
                Good("a", "src/a.py"),
                Good("b", "src/b.py") with
                {
                    DependsOn = ["a"],
                    FilesRead = ["src/a.py"],
                },
                new PlanTask
                {
                    Id = "review",
                    Description = "Review the change and report what must be better",
                    FilesWrite = [],
                },
            ],
        };

        Assert.Empty(PlanLinter.Of(plan));
    }

    [Fact]
    public void Of_CarelessPlan_NamesEverything()
    {
        Plan plan = new()
        {
            Tasks =
            [
                new PlanTask { Id = "everything", Description = "Improve it" },
                new PlanTask
                {
                    Id = "nothing",
                    Description = "Write the service",
                    FilesWrite = [],
                    DependsOn = ["everything"],
                },
                Good("weak", "src/x.py") with
                {
                    Verification = [new Gate("true"), new Gate("pytest", GateType.Test, Required: false)],
                    DependsOn = ["nothing"],
                },
                Good("large", [.. Enumerable.Range(0, 30).Select(i => $"f{i}")]) with
                {
                    EstimatedMinutes = 60,
                    Timeout = TimeSpan.FromMinutes(30),
                    FilesRead = [],
                    DependsOn = ["weak"],
                },
            ],
        };

        Assert.Equal(
            [
                "no-gate 0",
                "owns-everything 0",
                "done-not-defined 0",
                "owns-nothing 1",
                "done-not-defined 1",
                "gate-cannot-fail 2",
                "no-required-gate 2",
                "large-task 3",
                "large-task 3",
                "needless-dependency 3",
                "serial-plan -1",
            ],
            PlanLinter.Of(plan).Select(a => $"{a.Code} {a.TaskIndex}")
        );
        Assert.DoesNotContain(PlanLinter.Of(plan, hasFurtherGates: true), a => a.Code == "no-gate");
    }

    private static PlanTask Good(string id, params string[] writes) =>
        new()
        {
            Id = id,
            Description = "It must work",
            FilesWrite = writes,
            Verification = [new Gate("pytest", GateType.Test)],
        };

    [Theory]
    [InlineData("jest --watch", "jest")]
    [InlineData("npx vitest dev --coverage", "npx vitest --coverage --run")]
    [InlineData("ng test", "ng test --watch=false")]
    [InlineData("npx cypress open --e2e", "npx cypress run --e2e")]
    [InlineData("dotnet watch test", "dotnet test")]
    [InlineData("npm ci && mocha -w", "npm ci && mocha")]
    [InlineData("ruff check . --fix", "ruff check .")]
    [InlineData("prettier --write .", "prettier . --check")]
    [InlineData("rubocop -A", "rubocop")]
    public void Of_GateThatWatchesOrRepairs_NamesTheCommandThatChecksOnce(string command, string once)
    {
        var advice = Assert.Single(PlanLinter.Of(Plan(command)), advice => advice.Code == "gate-not-once");

        Assert.Equal($"Use '{once}', which checks once.", advice.Cure);
    }

    [Theory]
    [InlineData("vitest run")]
    [InlineData("CI=1 vitest")]
    [InlineData("jest -w 2")]
    [InlineData("react-scripts test --watchAll=false")]
    [InlineData("npm test")]
    [InlineData("prettier --check .")]
    [InlineData("node --test")]
    [InlineData("karma start --single-run")]
    public void Of_GateThatChecksOnce_GetsNoAdvice(string command) =>
        Assert.DoesNotContain(PlanLinter.Of(Plan(command)), advice => advice.Code == "gate-not-once");

    private static Plan Plan(string command) =>
        new()
        {
            Tasks =
            [
                new PlanTask
                {
                    Id = "a",
                    Description = "A",
                    Verification = [new Gate(command)],
                },
            ],
        };
}
