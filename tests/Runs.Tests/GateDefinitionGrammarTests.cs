using Orchestrator.App.Verification;
using Orchestrator.Gates.Detection;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Formats;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A gate is the same wherever it is written.</summary>
public sealed class GateDefinitionGrammarTests
{
    [Theory]
    [InlineData("[ruff check .]")]
    [InlineData("[ruff check ., pytest -q, npx tsc --noEmit, dotnet build, ./own.sh]")]
    [InlineData("pytest")]
    [InlineData("{tests: pytest, lint: [ruff check ., black --check .], schema: ./schema.sh}")]
    [InlineData("[{command: ruff check .}, {cmd: pytest, timeout: 90}, {run: ./own.sh, type: type_check}]")]
    [InlineData("[{command: x, kind: tests, timeout_seconds: 5m, name: It works, negate: true, required: false, exclusive: port-3000}]")]
    [InlineData("[{command: x, cache: false}, {command: y, cache: true}]")]
    [InlineData("{types: {command: ./own.sh, timeout: 1h}, size: {command: ./size.sh}}")]
    public void Gates_OfAPlanAndOfTheConfiguration_AreTheSame(string gates)
    {
        var plan = TaskGraphReader.Read(
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: {gates}}}\n",
            "tasks.yaml"
        );
        var settings = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                RepositoryFile = new ConfigurationFileText("config.yaml", $"gates: {{task: {gates}}}\n"),
            }
        );

        Assert.True(plan.Plan is not null, string.Join('\n', plan.Errors));
        Assert.True(settings.Settings is not null, string.Join('\n', settings.Errors));
        Assert.Equal(plan.Plan.Tasks[0].Verification, settings.Settings.Gates.Task!);
    }

    [Fact]
    public void Gates_OfAPhaseAndFound_AreTheSameAsInAPlan()
    {
        using var folder = new TempFolder();
        folder.Write("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n");
        folder.Write(
            "one.md",
            "# Phase 1: One\n\n## Gates\n- python3 -m mypy .\n- python3 -m ruff check --no-fix .\n\n## Tasks\n- [ ] 1.1 Write\n"
        );
        var master = PlanReader.Read(
            "# Plan\n\n| # | Phase | Status |\n|---|---|---|\n| 1 | [One](one.md) | Pending |\n"u8,
            "plan.md",
            name => File.ReadAllBytes(folder[name])
        );

        var found = ManifestGateDetector.Detect(folder.Path);

        Assert.Equal([GateDefinitionGrammar.Of("python3 -m mypy ."), GateDefinitionGrammar.Of("python3 -m ruff check --no-fix .")], found);
        Assert.Equal(found, master.Plan!.Tasks[0].Verification);
        Assert.All(found, gate => Assert.Equal(Gate.DefaultTimeout, gate.Limit));
    }

    [Fact]
    public void Gates_ThatHoldForATask_AreTheSameForARunAndForVerify()
    {
        using var folder = new TempFolder();
        folder.Write("Makefile", "typecheck:\n\tx\ntest:\n\tx\n");
        var own = new PlanTask
        {
            Id = "own",
            Description = "A",
            Verification = [new Gate("pytest", GateType.Test)],
        };
        var bare = new PlanTask { Id = "bare", Description = "B" };
        var plan = new Plan
        {
            Tasks = [own, bare],
            Contracts =
            [
                new InterfaceContractDefinition
                {
                    Name = "Store",
                    FilePath = "store.py",
                    Version = "1",
                },
            ],
        };
        var settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!;
        var policy = RunStartSettings.GatesOf(settings, ManifestGateDetector.Detect(folder.Path));

        Assert.Equal(
            [("pytest", GateDefinitionSourceKind.Task), ("make typecheck", GateDefinitionSourceKind.Contracts)],
            policy.Explain(plan, own).Select(h => (h.Gate.Command, h.Source))
        );
        Assert.Equal(
            [("make typecheck", GateDefinitionSourceKind.Found), ("make test", GateDefinitionSourceKind.Found)],
            policy.Explain(plan, bare).Select(h => (h.Gate.Command, h.Source))
        );
        Assert.All(
            [own, bare],
            task => Assert.Equal(policy.Explain(plan, task), StandaloneGateRunner.GatesOf(settings, folder.Path).Explain(plan, task))
        );
        Assert.Equal(["make typecheck", "make test"], policy.Beyond(plan, own).Select(g => g.Command));
    }
}
