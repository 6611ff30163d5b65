using System.Net;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Runs of a user whose settings require signed decisions.</summary>
public sealed class SignedApprovalTests
{
    private const string Plan = """
        tasks:
          - {id: a, description: A, files_write: [a.txt], requires_approval: true, verification: [test -f a.txt]}
          - {id: b, description: B, files_write: [b.txt], requires_approval: true, verification: [test -f b.txt]}
        """;

    [Fact]
    public async Task Run_RequiringProof_RefusesAnUpdateOfTemporalAndLandsByApprovalsOfTheTerminalAndThePage()
    {
        using var cli = Repository();
        var key = await KeyAsync(cli);
        cli.WriteUser($"approvers: [\"{key}\"]\nrequire_proof: true\n");
        var program = new OrchestrateProgram(cli.Folder, WebCommandTests.Variables(cli));

        await RepeatedRunTests.ServeAsync(
            cli,
            async client =>
            {
                await program.RunAsync("run", "--yes", "--detach", "--run-id", "night");
                var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                    client
                        .GetWorkflowHandle("night")
                        .ExecuteUpdateAsync<SteeringUpdateResult>(SteeringCatalog.ApproveUpdate, [new { id = "a", by = "kim@laptop" }])
                );
                var atTerminal = await program.RunAsync("approve", "night/a");
                await using var web = await WebCommandTests.Web.StartAsync(cli);
                var repository = (await web.GetAsync("repositories"))["repositories"]![0]!["id"]!.GetValue<string>();
                var onPage = await web.PostAsync($"repositories/{repository}/runs/night/questions/b/approve");

                Assert.Contains("only with the signature of an approver", refused.InnerException!.Message, StringComparison.Ordinal);
                Assert.True(atTerminal.ExitCode == 0, atTerminal.StandardError.Text);
                Assert.Equal(HttpStatusCode.OK, onPage.StatusCode);
                await Eventually.AskAsync(async () =>
                    (await web.GetAsync($"repositories/{repository}/runs/night"))["state"]!.GetValue<string>() == "completed" ? "" : null
                );
            }
        );

        var events = (await program.RunAsync("events", "night", "--json")).StandardOutput.Text;
        Assert.Matches(@"""by"":""\w+@\w+ \(proven by \w+, SHA256:", events);
        Assert.Matches(@"""by"":""\w+@\w+ \(a program at this machine\) \(proven by \w+, SHA256:", events);
        var report = (await program.RunAsync("report", "night", "--full", "--markdown")).StandardOutput.Text;
        Assert.Contains("proven by", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approve_WithAKeyThatIsNotListed_IsRefusedAndRecordedAsClaimedWhereProofIsNotRequired()
    {
        using var cli = Repository();
        using var other = Repository();
        cli.WriteUser($"approvers: [\"{await KeyAsync(other)}\"]\nrequire_proof: true\n");

        await cli.RunAsync("run", "--yes", "--run-id", "strict");
        await cli.RunAsync("approve", "strict/a");
        var refused = await cli.RunAsync("resume", "strict", "--yes");
        await cli.RunAsync("cancel", "strict", "--resume");
        cli.WriteUser($"approvers: [\"{await KeyAsync(other)}\"]\n");
        await cli.RunAsync("run", "--yes", "--again", "--run-id", "lax");
        await cli.RunAsync("approve", "lax/a");
        await cli.RunAsync("resume", "lax", "--yes");

        Assert.Contains("only with the signature of an approver", refused.People, StringComparison.Ordinal);
        Assert.DoesNotContain("approved by", (await cli.RunAsync("events", "strict")).Output, StringComparison.Ordinal);
        Assert.Matches(@"approved by \w+@\w+ \(claimed\)", (await cli.RunAsync("events", "lax")).Output);
    }

    [Fact]
    public async Task Settings_OfARepository_CanNotSayWhoApproves()
    {
        using var cli = Repository();
        var key = await KeyAsync(cli);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator/config.yaml"), $"approvers: [\"{key}\"]\n");

        var set = await cli.RunAsync("config", "set", "require_proof", "true");
        var check = await cli.RunAsync("check", "--json");

        Assert.Equal(2, set.ExitCode);
        Assert.Contains("orchestrate config set --user require_proof VALUE", set.People, StringComparison.Ordinal);
        Assert.Contains("approvers: a repository's file can't set it", check.People, StringComparison.Ordinal);
        Assert.Contains("Runs also accept unsigned decisions.", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfTheUser_IsMadeOnceAndReadableForTheUserAlone()
    {
        using var cli = Repository();

        var (first, second) = (await KeyAsync(cli), await KeyAsync(cli));
        var file = Path.Combine(cli.Home, ".local/state/orchestrator/approvals/key.pem");
        var mode = File.GetUnixFileMode(file);
        File.WriteAllText(file, "no key");
        var damaged = await cli.RunAsync("check", "--json");

        Assert.Equal(first, second);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        Assert.Contains("Decisions are not signed.", damaged.Output, StringComparison.Ordinal);
    }

    /// <summary>The key as <c>check</c> shows it.</summary>
    private static async Task<string> KeyAsync(CliFixture cli)
    {
        var entries = (await cli.RunAsync("check", "--json")).Json["checks"]!.AsArray();
        var cure = (string)entries.Single(entry => (string)entry!["name"]! == "approvals")!["cure"]!;
        return cure["approvers: [\"".Length..^2];
    }

    private static CliFixture Repository()
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("echo $ORCHESTRATOR_TASK > $ORCHESTRATOR_TASK.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", Plan);
        return cli;
    }
}
