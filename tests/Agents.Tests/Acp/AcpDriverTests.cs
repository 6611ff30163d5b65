using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Descriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Acp;

/// <summary>An agent that speaks the Agent Client Protocol is driven through one prompt, and nothing is written outside of its
/// worktree.</summary>
public sealed class AcpDriverTests
{
    private static readonly string Program = RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent");

    [Fact]
    public async Task Prompt_InANewConversation_IsToldAndWritesWhereItMay()
    {
        await using AgentFixture agents = new();

        var (code, outcome) = await DriveAsync(agents, "made.txt", "works");

        Assert.Equal(0, code);
        Assert.Equal((AgentFailure.None, "fake-acp-session", "yes "), (outcome.Failure, outcome.SessionId, outcome.FinalText));
        Assert.Equal(1, outcome.Tools["edit"]);
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(agents.Worktree, "made.txt")));
    }

    [Fact]
    public async Task Prompt_InAnEarlierConversation_DoesNotTellWhatWasSaidBefore()
    {
        await using AgentFixture agents = new();

        var (code, outcome) = await DriveAsync(agents, "made.txt", "works", session: "earlier");

        Assert.Equal(0, code);
        Assert.Equal(("earlier", "yes "), (outcome.SessionId, outcome.FinalText));
    }

    [Fact]
    public async Task File_OutsideOfTheWorktree_IsNotWritten()
    {
        await using AgentFixture agents = new();

        var (_, outcome) = await DriveAsync(agents, "../outside.txt", "works");

        Assert.Contains("outside the worktree", outcome.FinalText, StringComparison.Ordinal);
        Assert.False(File.Exists(agents["outside.txt"]));
    }

    [Fact]
    public async Task Planner_GetsNoPermissionAndWritesNothing()
    {
        await using AgentFixture agents = new();

        var (_, outcome) = await DriveAsync(agents, "made.txt", "works", answersOnly: true);

        Assert.Equal("no This agent may only answer questions, so it may not write files.", outcome.FinalText);
        Assert.False(File.Exists(Path.Combine(agents.Worktree, "made.txt")));
    }

    [Theory]
    [InlineData("acp", AgentFailure.GaveUp, "Authentication required It printed to stderr: 'no login here'.")]
    [InlineData("no-such-manner", AgentFailure.Account, "(exit code 2)")]
    public async Task Agent_ThatFails_IsToldWithWhatItSaid(string mode, AgentFailure failure, string says)
    {
        await using AgentFixture agents = new();

        var (code, outcome) = await DriveAsync(agents, "made.txt", "fails", mode: mode);

        Assert.NotEqual(0, code);
        Assert.Equal(failure, outcome.Failure);
        Assert.Contains(says, outcome.Detail, StringComparison.Ordinal);
    }

    private static async Task<(int Code, AgentOutcome Outcome)> DriveAsync(
        AgentFixture agents,
        string prompt,
        string manner,
        string? session = null,
        bool answersOnly = false,
        string mode = "acp"
    )
    {
        var request = agents["acp.json"];
        await File.WriteAllTextAsync(
            request,
            new AcpRequest
            {
                Program = Program,
                Arguments = mode == "acp" ? [mode, manner] : [mode, manner, "x", "y"],
                WorkingDirectory = agents.Worktree,
                Session = session,
                AnswersOnly = answersOnly,
            }.ToJson()
        );
        List<string> lines = [];
        List<string> complaints = [];
        var code = await AcpDriver.RunAsync(request, prompt, lines.Add, complaints.Add, Eventually.Timeout());

        (var description, _) = AgentDescriptionReader.Read("""{"program": "x", "protocol": "acp", "arguments": {"start": []}}""");
        Directory.CreateDirectory(agents.Start().Folder);
        var parser = new DescribedAgentRunner("mine", description!, null, new Dictionary<string, string>()).CreateParser(agents.Start());
        foreach (var line in lines)
        {
            parser.Read(System.Text.Encoding.UTF8.GetBytes(line));
        }
        return (code, parser.Complete(code, string.Join('\n', complaints)));
    }
}
