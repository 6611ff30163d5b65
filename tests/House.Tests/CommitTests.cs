using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Checks the commit rule by <c>scripts/commit-msg</c>, which is also the commit-msg hook.</summary>
public sealed class CommitTests
{
    /// <summary>The hash after which the rule holds, then exceptions as <c>HASH REASON</c>.</summary>
    private static readonly string[] Since =
    [
        .. File.ReadAllLines(RepositoryFiles.Path("tests/House.Tests/commits-since.txt")).Where(line => line is [not '#', ..]),
    ];

    [WholeHistoryFact]
    public async Task Subjects_SinceTheRuleBegan_FollowIt()
    {
        var log = await RunAsync(null, "git", "log", "--no-merges", "--format=%H %s", $"{Since[0]}..HEAD");
        Assert.True(log.Succeeded, log.StandardError.Text);
        var exceptions = Since.Skip(1).Select(line => line.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        var subjects = log.StandardOutput.Text.Split('\n').Where(line => line.Length > 0 && !exceptions.Contains(line.Split(' ')[0]));

        var check = await RunAsync(string.Join('\n', subjects), RepositoryFiles.Path("scripts/commit-msg"), "--subjects");

        Assert.True(check.Succeeded, check.StandardError.Text);
    }

    [Theory]
    [InlineData("Reject pushes of a host that lost its lease", null)]
    [InlineData("Embed the engine", null)]
    [InlineData("Reject pushes of a host that lost its lease.", "full stop")]
    [InlineData("A host that comes back pushes nothing any more", "imperative")]
    [InlineData("Rejected pushes of a stale host", "imperative")]
    [InlineData("reject pushes of a stale host", "capitalized")]
    [InlineData("Reject pushes of a host that lost its lease, and of every host that has the same name", "characters")]
    public async Task Hook_Subject_IsCheckedByTheRule(string subject, string? fault)
    {
        using var folder = new TempFolder();
        var message = folder.Write("message", $"{subject}\n\nA stale host could overwrite the work of its successor.\n# a comment\n");

        var check = await RunAsync(null, RepositoryFiles.Path("scripts/commit-msg"), message);

        Assert.Equal(fault is null, check.Succeeded);
        Assert.Contains(fault ?? "", check.StandardError.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hook_MessageWithoutBody_IsRejected()
    {
        using var folder = new TempFolder();

        var check = await RunAsync(null, RepositoryFiles.Path("scripts/commit-msg"), folder.Write("message", "Embed the engine\n"));

        Assert.Contains("The body that says why is missing.", check.StandardError.Text, StringComparison.Ordinal);
    }

    private static Task<ProcessResult> RunAsync(string? input, string program, params string[] arguments) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions(program, arguments)
            {
                WorkingDirectory = RepositoryFiles.Root,
                Input = input is null ? ProcessStandardInput.None : ProcessStandardInput.FromText(input),
                StandardOutput = ProcessOutputTargets.Capture(16 * 1024 * 1024),
            }
        );
}
