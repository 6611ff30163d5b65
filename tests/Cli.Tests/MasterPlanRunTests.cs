using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A master plan with its phases, run to the end on the embedded engine with a shell script as agent.</summary>
public class MasterPlanRunTests
{
    [Fact]
    public async Task Run_MasterPlanWithUpdate_LandsAndWritesTheStatusColumn()
    {
        using var cli = new CliFixture();
        var agent = cli.WriteAgent(
            "cat > /dev/null\nmkdir -p notes\necho 1 > p$ORCHESTRATOR_TASK.txt\nprintf '## Summary\\nx\\n## Key Decisions\\nx\\n## Files "
                + "Modified\\nx\\n' > notes/NOTES_phase_$ORCHESTRATOR_TASK.md\n"
        );
        cli.WithRepository();
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        cli.Write(
            "docs/master-plan.md",
            "# P\n\n| Phase | Title | Status |\n|---|---|---|\n| 1 | [A](a.md) | Pending |\n| 2 | [B](b.md) | Pending |\n\nPhase 1 --> "
                + "Phase 2\n"
        );
        foreach (var (name, number) in new[] { ("a", 1), ("b", 2) })
        {
            cli.Write(
                $"docs/{name}.md",
                $"# Phase {number}: {name}\n\n## Process Wrapper\n- [ ] **[IMPLEMENTATION]**\n- [ ] Write notes to: "
                    + $"`notes/NOTES_phase_{number}.md`\n\n## Gates\n- test -f p{number}.txt: there\n\n## Tasks\n- [ ] {number}.1: Write "
                    + $"p{number}.txt\n"
            );
        }
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");

        var refused = await cli.RunAsync("run", "docs/master-plan.md", "--update-plan", "--detach");
        var second = await cli.RunAsync("run", "docs/master-plan.md", "--yes", "--update-plan", "--phase", "2");
        var afterSecond = cli.Read("docs/master-plan.md");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-a", "-m", "Second phase");
        var run = await cli.RunAsync("run", "docs/master-plan.md", "--yes", "--update-plan");

        Assert.Equal(2, refused.ExitCode);
        Assert.True(second.ExitCode == 0, second.People);
        Assert.Contains("| 1 | [A](a.md) | Pending |\n| 2 | [B](b.md) | Completed |\n", afterSecond, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("1\n", cli.Read("p2.txt"));
        Assert.Contains(
            "| 1 | [A](a.md) | Completed |\n| 2 | [B](b.md) | Completed |\n",
            cli.Read("docs/master-plan.md"),
            StringComparison.Ordinal
        );
        Assert.Equal("M docs/master-plan.md", cli.Git("status", "--porcelain", "--untracked-files=no").Trim());
    }
}
