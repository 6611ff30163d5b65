using Orchestrator.Plans;
using Xunit;
using static Orchestrator.Settings.Tests.SettingsLoaderTests;

namespace Orchestrator.Settings.Tests;

/// <summary>Names, files and variables of earlier versions and of older tools.</summary>
public class OldSettingsTests
{
    private static readonly ConfigurationFileText TaskTool = new(
        "orchestrator_config.json",
        """{"execution": {"max_workers": 5, "max_retries": 3}, "risk": {"auto_approve_threshold": 99}, "temporal": {"api_key": "xyzzy"}}"""
    );

    private static readonly ConfigurationFileText RiskTool = new(
        ".claude-agents.yaml",
        """
        risk:
          auto_approve_threshold: 30
          sensitive_patterns: [{pattern: "internal/*", weight: 50}]
        orchestration: {worker_model: opus, max_parallel_workers: 9, worker_modle: opus}
        approval: {always_require_human: ["**/secrets/**"]}
        quality: {verifier_checks: ["ruff check ."]}
        """
    );

    [Fact]
    public void Load_FilesOfOlderTools_CountForRiskAloneAndBelowOurs()
    {
        var result = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                OldUserFile = new("~/.config/claude-orchestra/config.json", """{"default_parallel": 4}"""),
                OldRepositoryFiles = [TaskTool, RiskTool],
                RepositoryFile = new(".orchestrator/config.yaml", "risk: {auto_approve_threshold: 10}\n"),
            }
        );

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        var set = result.Values.Where(value => value.Source.Kind != SettingSourceKind.Default);
        Assert.Equal(
            [
                ("always_require_human", ".claude-agents.yaml:5"),
                ("risk.sensitive_patterns", ".claude-agents.yaml:3"),
                ("risk.auto_approve_threshold", ".orchestrator/config.yaml:1"),
            ],
            set.Select(value => (value.Name, value.Source.ToString()))
        );
        Assert.Equal("internal/*", Assert.Single(result.Settings!.Risk.SensitivePatterns!).Pattern);
        Assert.Equal(10, result.Settings.Risk.AutoApproveThreshold);
        Assert.Superset(
            new HashSet<string> { "**/secrets/**", ".orchestrator/**", ".claude-agents.yaml" },
            result.Settings.AlwaysRequireHuman.ToHashSet()
        );
        Assert.DoesNotContain("xyzzy", string.Concat(result.Variables.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OlderFilesThatInitHasNotTakenOver_AreNamed()
    {
        var result = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                OldRepositoryFiles = [TaskTool, new(".claude-agents.yaml", "risk: {auto_approve_threshold: 30}\n")],
            }
        );

        var warning = Assert.Single(result.Warnings);
        Assert.Equal("orchestrator_config.json", warning.Source.ToString());
        Assert.Contains("orchestrate init", warning.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("risk: {sensitive_patterns: [{pattern: '(a', weight: 5}]}", "risk.sensitive_patterns")]
    [InlineData("risk: ]", "")]
    public void Load_FaultInAnOlderFile_IsAnErrorWithItsPlace(string text, string key)
    {
        var fault = Assert.Single(
            SettingsLoader
                .Load(new RawSettingSourceContent { IsTrusted = true, OldRepositoryFiles = [new(".claude-agents.yaml", text)] })
                .Errors
        );

        Assert.Equal((key, ".claude-agents.yaml:1"), (fault.Key, fault.Source.ToString()));
    }

    [Fact]
    public void Load_OldNames_SetTodaysKeys()
    {
        var settings = Load(
            file: """
            max_parallel_workers: 9
            worker_timeout: 60
            manager_timeout: 61
            max_retries: 7
            strict_compliance: false
            models: {manager: {model: claude-3-opus-20240229}, worker: {model: claude-3-5-sonnet-20241022}}
            bypass_permissions: ["Bash(git *)", "Read(*)"]
            auto_commit: false
            commit_message_prefix: "Auto:"
            show_progress_bar: false
            """
        ).Settings!;

        Assert.Equal(9, settings.Workers);
        Assert.Equal((60, 61), (settings.TaskTimeout.TotalSeconds, settings.Planner.Timeout.TotalSeconds));
        Assert.Equal(7, settings.MaxRemediations);
        Assert.False(settings.StrictCompliance);
        Assert.Equal(("opus", "sonnet"), (settings.Planner.Model, settings.Model));
        Assert.Equal(["Bash(git *)", "Read(*)"], settings.Permissions.Allow);
        Assert.Equal("default", settings.Permissions.Mode);
        Assert.Equal(("branch", "Auto:"), (settings.Git.Land, settings.Git.MessagePrefix));
        Assert.False(settings.ShowProgress);
    }

    [Fact]
    public void Load_RetiredModel_WarnsAndUsesTheAlias()
    {
        var result = Load(file: "model: claude-3-5-sonnet-20241022\n");

        Assert.Equal("sonnet", result.Settings!.Model);
        Assert.Equal("config.yaml:1", Assert.Single(result.Warnings).Source.ToString());
    }

    [Fact]
    public void Load_OldAndPresentNameTogether_ThePresentNameWinsWithAWarning()
    {
        var result = Load(file: "workers: 5\nmax_workers: 9\n");

        Assert.Equal(5, result.Settings!.Workers);
        Assert.Equal("max_workers", Assert.Single(result.Warnings).Key);
    }

    [Theory]
    [InlineData("ORCHESTRATOR_TIMEOUT=60\nTASK_TIMEOUT=70\n", "TASK_TIMEOUT", "ORCHESTRATOR_TIMEOUT")]
    [InlineData("TASK_TIMEOUT=70\nORCHESTRATOR_TIMEOUT=60\n", "ORCHESTRATOR_TIMEOUT", "TASK_TIMEOUT")]
    public void Load_OldAndPresentVariable_ThePresentOneWinsInAnyOrder(string dotEnv, string second, string first)
    {
        var ofFile = SettingsLoader.Load(new RawSettingSourceContent { IsTrusted = true, DotEnv = new(".env", dotEnv) });
        var ofProcess = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                Environment = new Dictionary<string, string> { ["ORCHESTRATOR_TIMEOUT"] = "60", ["TASK_TIMEOUT"] = "70" },
            }
        );

        Assert.Equal(TimeSpan.FromSeconds(60), ofFile.Settings!.TaskTimeout);
        Assert.Equal(TimeSpan.FromSeconds(60), ofProcess.Settings!.TaskTimeout);
        Assert.StartsWith(
            $"'{second}' sets the same setting as '{first}' (.env:1).",
            Assert.Single(ofFile.Warnings).Message,
            StringComparison.Ordinal
        );
        Assert.Equal("Keep one of them; ORCHESTRATOR_TIMEOUT takes precedence.", Assert.Single(ofFile.Warnings).Cure);
    }
}
