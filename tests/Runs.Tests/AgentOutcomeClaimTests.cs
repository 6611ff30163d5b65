using System.Diagnostics;
using Orchestrator.Agents;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The agent may write into its folder: whatever lies there as its claim is read, or is none and named.</summary>
public sealed class AgentOutcomeClaimTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("done!")]
    [InlineData("{\"status\": \"completed\"")]
    [InlineData("{\"status\": \"completed\"}")]
    [InlineData("{\"status\": \"perhaps\", \"task\": \"a\"}")]
    [InlineData("{\"status\": null, \"task\": null}")]
    [InlineData("{\"status\": \"completed\", \"task\": \"a\", \"needs\": 5}")]
    public void TryRead_IsNoClaim_IsNamed(string text)
    {
        _folder.Write("out/" + AgentOutcomeClaim.FileName, text);

        Assert.Null(AgentOutcomeClaim.TryRead(_folder.Path, out _, out var problem));
        Assert.Contains("is ignored", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"pandas>=2.0\"", "pandas>=2.0")]
    [InlineData("[\"left-pad@^1.3\", {\"name\": \"jest\"}]", "left-pad@^1.3", "jest")]
    [InlineData("{\"name\": \"left-pad\", \"version\": \"1.3.0\"}", "left-pad@1.3.0")]
    [InlineData("{\"pandas\": \">=2.0\", \"left-pad\": \"1.3.0\", \"jest\": \"\"}", "pandas>=2.0", "left-pad@1.3.0", "jest")]
    public void MoveToRunFolder_NeedsOfEachForm_AreReadAsRequestsOfPackages(string needs, params string[] requests)
    {
        _folder.Write("start/out/log", "");
        _folder.Write("tree/" + WorktreeClaim.FileName, $$"""{"status": "blocked", "needs_dependency": {{needs}}}""");

        var claim = WorktreeClaim.MoveToRunFolder(
            new AgentRunParameters
            {
                Folder = _folder["start"],
                WorkingDirectory = _folder["tree"],
                Repository = _folder.Path,
                Run = "run-1",
                Task = "a",
                Attempt = 1,
                Prompt = "",
                Owner = "owner",
                Policy = new AgentRunPermissions { Task = "a", Root = _folder["tree"] },
            }
        );

        Assert.Equal(requests, claim?.Needs);
        Assert.False(File.Exists(_folder["tree/" + WorktreeClaim.FileName]));
    }

    [Theory]
    [InlineData("mkfifo claim.json")]
    [InlineData("ln -s /dev/zero claim.json")]
    [InlineData("ln -s gone claim.json")]
    [InlineData("head -c 300000 /dev/zero > claim.json")]
    public async Task TryRead_IsNoUsualFile_IsNamedAtOnce(string command)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", command])
            {
                WorkingDirectory = Directory.CreateDirectory(Path.Combine(_folder.Path, "out")).FullName,
            }
        )!;
        await shell.WaitForExitAsync();

        var read = Task.Run(() => (AgentOutcomeClaim.TryRead(_folder.Path, out _, out var problem), problem));

        var (claim, said) = await read.WaitAsync(Eventually.Timeout());
        Assert.Null(claim);
        Assert.Contains("is ignored", said, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_ListsAndReasonAreNull_AreEmpty()
    {
        _folder.Write(
            "out/" + AgentOutcomeClaim.FileName,
            "{\"status\": \"blocked\", \"task\": \"a\", \"reason\": null, \"needs\": null, \"files\": [null, \"b\"], \"split\": null, "
                + "\"measured\": [null, {\"name\": null, \"number\": 1}]}"
        );

        var claim = AgentOutcomeClaim.TryRead(_folder.Path, out _, out var problem);

        Assert.Equal("", problem);
        Assert.NotNull(claim);
        Assert.Equal(
            ("", 0, "b", 0, 0),
            (claim.Reason, claim.Needs.Count, Assert.Single(claim.Files), claim.Split.Count, claim.Measured.Count)
        );
    }

    [Fact]
    public void TryRead_NoFile_IsNoProblem()
    {
        Assert.Null(AgentOutcomeClaim.TryRead(_folder.Path, out _, out var problem));
        Assert.Equal("", problem);
    }
}
