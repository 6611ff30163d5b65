using Orchestrator.Agents;
using Orchestrator.App.Callbacks;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Tools by which an agent may ask while it works, and detection of agents without them.</summary>
public sealed class AgentToolsTests : IDisposable
{
    private const string Run = "run-x-1";
    private readonly TempFolder _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("src/login.cs", "Allowed: task login may write src/login.cs.")]
    [InlineData(
        "src/mail.cs",
        "Not allowed: src/mail.cs is not owned by task login",
        "The plan assigns this file to task mail [executing]: Sends mail"
    )]
    [InlineData("../elsewhere", "Not allowed: ../elsewhere is outside the worktree")]
    [InlineData(".git/config", "Not allowed: .git/config belongs to git itself")]
    public void Ownership_OfAPath_IsTheHooksAnswerAndNamesTheOwner(string path, params string[] expected)
    {
        var answer = Questions("login", ["src/login.cs"]).Ownership(path);

        Assert.All(expected, words => Assert.Contains(words, answer, StringComparison.Ordinal));
        Assert.Equal(expected.Length > 1, answer.Contains("The plan assigns this file", StringComparison.Ordinal));
    }

    [Fact]
    public void Ownership_OfWhatAlwaysNeedsAPerson_IsNoForATaskThatDoesNotNameIt()
    {
        var answer = Questions("free", null).Ownership(".github/workflows/ci.yml");

        Assert.StartsWith("Not allowed: '**/.github/workflows/**' always needs the user's approval", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OfATask_ShowsItsOwnAndWhereTheOthersAre()
    {
        var answer = Questions("login", ["src/login.cs"]).Plan();

        Assert.Contains("You work on login: Logs in", answer, StringComparison.Ordinal);
        Assert.Contains("- mail [executing] Sends mail (after login)", answer, StringComparison.Ordinal);
        Assert.Contains("- free [pending] Tidies up", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Neighbours_OfATask_AreThoseAtWorkWithTheirFiles()
    {
        Assert.Contains(
            "- mail [executing] Sends mail; writes src/mail.cs",
            Questions("login", null).ListRunningTasks(),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "No other task of this run has a running agent",
            Questions("mail", null).ListRunningTasks(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("src/mail.cs", ". src/mail.cs belongs to mail (executing).")]
    [InlineData("src/login.cs", ". src/login.cs belongs to this task, which may write it.")]
    [InlineData("README.md", ". README.md belongs to no task of the plan.")]
    public void WantedFiles_OfABlockedAgent_AreNamedWithTheirOwner(string path, string expected)
    {
        Questions("login", null);
        var folder = new RunFolder(_repository.Path, Run);
        var files = new RunPlanAndSettings(
            folder,
            PlanJson.Read(File.ReadAllBytes(folder.Plan)),
            RunStartSettings.Read(File.ReadAllBytes(folder.StartFile))
        );

        Assert.Equal(
            expected,
            RequestedFileOwners.Owners(
                files,
                "login",
                new AgentOutcomeClaim
                {
                    Task = "login",
                    Status = "blocked",
                    Files = [path],
                }
            )
        );
        Assert.Equal("", RequestedFileOwners.Owners(files, "login", null));
    }

    [Fact]
    public async Task LentFile_IsItsBorrowersAndIsNamedToOthers()
    {
        var mine = Questions("login", ["src/login.cs"]);
        var folder = new RunFolder(_repository.Path, Run);
        await new TaskFileGrantStore(folder).GrantAsync(new GrantedFile("mail", "docs/mail.md"), _ => null, CancellationToken.None);
        var files = new RunPlanAndSettings(
            folder,
            PlanJson.Read(File.ReadAllBytes(folder.Plan)),
            RunStartSettings.Read(File.ReadAllBytes(folder.StartFile))
        );
        var claim = new AgentOutcomeClaim
        {
            Task = "login",
            Status = "blocked",
            Files = ["docs/mail.md"],
        };

        Assert.Equal(". docs/mail.md belongs to mail (executing).", RequestedFileOwners.Owners(files, "login", claim));
        Assert.Equal(". docs/mail.md belongs to this task, which may write it.", RequestedFileOwners.Owners(files, "mail", claim));
        Assert.Contains("The file was granted to task mail [executing].", mine.Ownership("docs/mail.md"), StringComparison.Ordinal);
        Assert.Contains("writes src/mail.cs, docs/mail.md", mine.ListRunningTasks(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OfFiveThousandTasks_IsAPage()
    {
        var tasks = Enumerable.Range(0, 5000).Select(n => new PlanTask { Id = $"t{n}", Description = new string('x', 500) });

        var answer = Questions("login", null, [.. tasks]).Plan();

        Assert.Contains("and 4943 more", answer, StringComparison.Ordinal);
        Assert.InRange(answer.Length, 1000, 20_000);
    }

    [Theory]
    [InlineData("connected", true, null)]
    [InlineData("failed", true, "The agent is working without the tools of the MCP server 'orchestrator', which is failed.")]
    [InlineData(null, true, "'orchestrator', which is missing.")]
    [InlineData("connected", false, "without the tools mcp__orchestrator__done")]
    public void OfferedTools_OfASession_AreNamedWhereTheyAreMissing(string? state, bool listed, string? expected)
    {
        DurableFile.Write(_repository["start/mcp.json"], """{"mcpServers":{"orchestrator":{"command":"x"}}}"""u8.ToArray());
        var tools = new McpToolAvailabilityChecker(_repository["start"]);

        tools.HandleEvent(
            new AgentSessionStartedEvent("s", null, null)
            {
                McpServers = state is null ? [] : new Dictionary<string, string> { ["orchestrator"] = state },
                Tools = listed ? [.. AgentToolNames.All.Select(tool => "mcp__orchestrator__" + tool)] : ["Bash"],
            }
        );

        Assert.Equal(expected is null ? 0 : 1, tools.Notices.Count());
        Assert.All(tools.Notices, notice => Assert.Contains(expected!, notice.Text, StringComparison.Ordinal));
    }

    private AgentInformationRequestResponder Questions(string task, IReadOnlyList<string>? write, params PlanTask[] more)
    {
        var folder = new RunFolder(_repository.Path, Run);
        PlanTask[] tasks =
        [
            new()
            {
                Id = "login",
                Description = "Logs in",
                FilesWrite = ["src/login.cs"],
            },
            new()
            {
                Id = "mail",
                Description = "Sends mail\nand more",
                FilesWrite = ["src/mail.cs"],
                DependsOn = ["login"],
            },
            new() { Id = "free", Description = "Tidies up" },
            .. more,
        ];
        RunPlanAndSettings.Store(folder, new Plan { Request = "a test", Tasks = tasks }, RunFixture.Start());
        var status = new RunStatus
        {
            RunId = Run,
            State = RunStateNames.Executing,
            Tasks =
            [
                new RunTaskStatus { Id = "mail", State = TaskStateNames.Executing },
                new RunTaskStatus { Id = "login", State = TaskStateNames.Merged },
            ],
        };
        DurableFile.Write(folder.Status, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(status));
        var policy = new AgentRunPermissions
        {
            Task = task,
            Root = Directory.CreateDirectory(_repository["work"]).FullName,
            Write = write,
        };
        DurableFile.Write(Path.Combine(folder.Start(task, 1), "policy"), System.Text.Encoding.UTF8.GetBytes(policy.ToJson()));
        return new AgentInformationRequestResponder(_repository.Path, Run, task, folder.Start(task, 1));
    }
}
