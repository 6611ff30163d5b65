using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.App.Callbacks;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Mail between agents, and from people to agents.</summary>
public sealed class MailTests : IDisposable
{
    private const string Run = "run-x-1";
    private readonly TempFolder _repository = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _repository.Dispose();

    private RunFolder Folder => new(_repository.Path, Run);

    [Fact]
    public async Task Mail_OfSeveralSenders_IsReadOnceInTheOrderItWasSent()
    {
        await SendAsync("a", "b", "one");
        await SendAsync("c", "b", "two");
        await SendAsync("a", null, "to all");
        await SendAsync("b", "a", "not for b");

        Assert.Equal(["one", "two", "to all"], await TakeAsync("b"));
        Assert.Empty(await TakeAsync("b", heard: "mail " + IdOf(3)));
        Assert.Equal(["not for b"], await TakeAsync("a"));
        Assert.Equal(["to all"], await TakeAsync("c"));
    }

    [Fact]
    public async Task CountUnread_CountsWhatWasNeverShown_OwnBroadcastsAndWhatCantBeReadLeftOut()
    {
        Assert.Empty(Box().CountUnread(["a", "b"]));
        for (var number = 1; number <= 12; number++)
        {
            await SendAsync("a", "b", $"number {number}");
        }
        await SendAsync("a", null, "to all");
        File.AppendAllText(Mailbox.PathOf(Folder), "\0\0\0\n{\"half");
        Assert.Equal([("b", 13), ("c", 1)], Unread("a", "b", "c"));

        // As many as are shown at once; they count as shown before it is known that they have arrived.
        Assert.Equal(10, (await TakeAsync("b")).Count);

        Assert.Equal([("b", 3), ("c", 1)], Unread("a", "b", "c"));
        Assert.Equal([("c", 1)], Unread("c"));
        Assert.Empty(Unread());

        (string, int)[] Unread(params string[] tasks) =>
            [.. Box().CountUnread(tasks).Select(task => (task.Key, task.Value)).OrderBy(task => task.Key, StringComparer.Ordinal)];

        Mailbox Box() => new(Folder, _time);
    }

    [Fact]
    public async Task Summary_HasTheFirstLineWithoutSecretsAndTheSizeOfTheWhole()
    {
        await SendAsync("a", null, $"  Use AKIAQYLPMN5HFIQR7XYZ {new string('x', 300)}\nsecond");
        var lines = await File.ReadAllLinesAsync(Mailbox.PathOf(Folder));

        var summary = MailSummary.Read(Assert.Single(lines))!;

        Assert.StartsWith("Use [redacted: AWS access key id] xxx", summary.Text, StringComparison.Ordinal);
        Assert.InRange(summary.Text.Length, 100, 170);
        Assert.Equal(("a", null, 332), (summary.From, summary.To, summary.Size));
        Assert.StartsWith("mail from task a to all (332 characters): Use [redacted", summary.ToString(), StringComparison.Ordinal);
        Assert.Null(MailSummary.Read("{\"half"));
        Assert.Null(MailSummary.Read("null"));
        Assert.Null(MailSummary.Read("{\"number\":1}"));
    }

    [Fact]
    public async Task Mail_AgentDiesBetweenShowingAndNoting_ComesAgainOnlyWhereItHadNotArrived()
    {
        await SendAsync("a", "b", "one");
        var conversation = _repository["conversation.jsonl"];
        File.WriteAllText(conversation, "{\"type\":\"user\"}\n");

        Assert.Equal(["one"], await TakeAsync("b", conversation));
        // Killed before the agent program had it.
        Assert.Equal(["one"], await TakeAsync("b", conversation));
        // Killed right after: it stands in the conversation that continues.
        File.AppendAllText(conversation, $"{{\"content\":\"[mail {IdOf(1)} from task a] one\"}}\n");
        await SendAsync("a", "b", "two");

        Assert.Equal(["two"], Texts(await Reader("b").ForPromptAsync(2, conversation, CancellationToken.None)));
    }

    [Fact]
    public async Task Mail_ThatNeverShowsInTheConversation_IsShownThreeTimesAndNoMore()
    {
        await SendAsync("a", "b", "one");

        var shown = new List<string>();
        for (var batch = 0; batch < 6; batch++)
        {
            shown.AddRange(await TakeAsync("b", _repository["gone.jsonl"]));
        }

        Assert.Equal(["one", "one", "one"], shown);
    }

    [Fact]
    public async Task Mail_WithAPrompt_IsTheSameForTheSameStartAndWholeForANewConversation()
    {
        await SendAsync("a", "b", "one");
        var conversation = _repository["conversation.jsonl"];
        var first = await Reader("b").ForPromptAsync(1, null, CancellationToken.None);
        await SendAsync("a", "b", "two");
        var again = await Reader("b").ForPromptAsync(1, null, CancellationToken.None);
        File.WriteAllText(conversation, AgentMailMessage.Show(first));

        var goesOn = await Reader("b").ForPromptAsync(2, conversation, CancellationToken.None);
        var anew = await Reader("b").ForPromptAsync(3, null, CancellationToken.None);

        Assert.Equal(["one"], Texts(first));
        Assert.Equal(["one"], Texts(again));
        Assert.Equal(["two"], Texts(goesOn));
        Assert.Equal(["one", "two"], Texts(anew));
    }

    [Fact]
    public async Task AfterBatch_AgentHasAskedItself_SaysNothingMoreAndTheNextBatchNeedsNoProgram()
    {
        Plan("a", "b");
        await SendAsync("a", "b", "one");
        var mail = new AgentMailDispatcher(_repository.Path, Run, _time);
        var answer = await mail.CheckAsync("b", "toolu_1", CancellationToken.None);
        var same = await mail.CheckAsync("b", "toolu_1", CancellationToken.None);
        var input = new JsonObject { ["transcript_path"] = _repository["gone.jsonl"], ["tool_calls"] = answer };

        var said = await mail.AfterBatchAsync("b", input.ToJsonString(), CancellationToken.None);

        Assert.Equal(answer, same);
        Assert.Contains("one", answer, StringComparison.Ordinal);
        Assert.Equal("", said);
        Assert.Equal(new FileInfo(Mailbox.PathOf(Folder)).Length, long.Parse(File.ReadAllText(MailReader.ReadUpTo(Folder, "b"))));
    }

    [Fact]
    public async Task AfterBatch_NewMail_IsContextForTheAgentAndNotForItsSubAgents()
    {
        await SendAsync("a", "b", "one");
        var mail = new AgentMailDispatcher(_repository.Path, Run, _time);

        var sub = await mail.AfterBatchAsync("b", """{"agent_id":"x","transcript_path":"/gone"}""", CancellationToken.None);
        var own = JsonNode.Parse(await mail.AfterBatchAsync("b", """{"transcript_path":"/gone"}""", CancellationToken.None))!;

        Assert.Equal("", sub);
        Assert.Equal("PostToolBatch", (string?)own["hookSpecificOutput"]!["hookEventName"]);
        Assert.EndsWith(
            $"[mail {IdOf(1)} from task a]\n> one",
            (string?)own["hookSpecificOutput"]!["additionalContext"],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "has no text")]
    [InlineData("\u0007", "control characters")]
    public async Task Send_TextThatCantBe_IsRefused(string text, string expected) =>
        Assert.Contains(expected, (await SendAsync("a", "b", text)).Refusal, StringComparison.Ordinal);

    [Fact]
    public async Task Send_TooLongTooOftenOrTwiceByOneCall_IsAnsweredClearly()
    {
        Assert.Contains("4001 characters", (await SendAsync("a", "b", new string('x', 4001))).Refusal, StringComparison.Ordinal);
        Assert.Equal((1L, 1L), ((await SendAsync("a", "b", "x", "call")).Number, (await SendAsync("a", "b", "x", "call")).Number));
        for (var n = 0; n < 19; n++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True((await SendAsync("a", "b", "x")).IsTaken);
        }

        var refused = await SendAsync("a", "b", "x");
        var other = await SendAsync("c", "b", "x");
        _time.Advance(TimeSpan.FromSeconds(281));
        var later = await SendAsync("a", "b", "x");

        Assert.Contains("20 messages in 5 minutes", refused.Refusal, StringComparison.Ordinal);
        Assert.Contains("in 281 seconds", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal((true, true), (other.IsTaken, later.IsTaken));
    }

    [Fact]
    public async Task Mail_TenThousandMessages_AreTakenTenAtATimeAndNoMoreAreAccepted()
    {
        var path = Mailbox.PathOf(Folder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllLinesAsync(
            path,
            Enumerable
                .Range(1, 10_000)
                .Select(n => new AgentMailMessage
                {
                    Number = n,
                    Id = $"{n:x12}",
                    From = "a",
                    To = n % 2 == 0 ? "b" : null,
                    Time = _time.GetUtcNow(),
                    Text = $"{n}",
                })
                .Select(message => JsonSerializer.Serialize(message))
        );

        var got = new List<string>();
        var heard = "";
        for (IReadOnlyList<string> batch = ["first"]; batch.Count > 0; )
        {
            batch = await TakeAsync("b", heard: heard);
            heard = batch.Count == 0 ? "" : $"mail {int.Parse(batch[^1]):x12}";
            Assert.InRange(batch.Count, 0, 10);
            got.AddRange(batch);
        }

        Assert.Equal(Enumerable.Range(1, 10_000).Select(n => $"{n}"), got);
        Assert.Contains("no more are accepted", (await SendAsync("c", "b", "x")).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_WriterDiedInMidLine_TheNextMessageStandsOnALineOfItsOwn()
    {
        await SendAsync("a", "b", "one");
        File.AppendAllText(Mailbox.PathOf(Folder), """{"number":2,"id":"x","fro""");

        Assert.Equal(["one"], await TakeAsync("b"));
        await SendAsync("a", "b", "two");

        Assert.Equal(["two"], await TakeAsync("b", heard: "mail " + IdOf(1)));
        Assert.Equal(2, File.ReadAllLines(Mailbox.PathOf(Folder)).Length);
    }

    [Theory]
    [InlineData("gone", "has no task 'gone'")]
    [InlineData("dnoe", "Did you mean 'done'?")]
    [InlineData("A", "'a' is your own task")]
    [InlineData("done", "Task 'done' is merged")]
    [InlineData("B", "")]
    public async Task Send_ToATask_IsTakenOnlyWhereSomebodyReadsIt(string to, string refusal)
    {
        Plan("a", "b", "done");

        var receipt = await new AgentMailDispatcher(_repository.Path, Run, _time).SendAsync(
            new OutgoingAgentMailMessage("a", IsFromPerson: false, to, "x"),
            CancellationToken.None
        );

        Assert.Equal(refusal.Length == 0, receipt.IsTaken);
        Assert.Contains(refusal, receipt.Refusal, StringComparison.Ordinal);
    }

    private void Plan(params string[] tasks)
    {
        var plan = new Plan { Request = "a test", Tasks = [.. tasks.Select(id => new PlanTask { Id = id })] };
        RunPlanAndSettings.Store(Folder, plan, RunFixture.Start());
        var status = new RunStatus
        {
            RunId = Run,
            State = RunStateNames.Executing,
            Tasks = [new RunTaskStatus { Id = "done", State = TaskStateNames.Merged }],
        };
        DurableFile.Write(Folder.Status, JsonSerializer.SerializeToUtf8Bytes(status));
    }

    private Task<AgentMailSendResult> SendAsync(string from, string? to, string text, string? call = null) =>
        new Mailbox(Folder, _time).SendAsync(
            new OutgoingAgentMailMessage(from, IsFromPerson: false, to, text) { Call = call },
            CancellationToken.None
        );

    private MailReader Reader(string task) => new(Folder, task);

    private async Task<IReadOnlyList<string>> TakeAsync(string task, string? conversation = null, string heard = "") =>
        Texts(await Reader(task).ReadNewAsync(MailDisplayKinds.Batch, null, conversation, heard, CancellationToken.None));

    private static IReadOnlyList<string> Texts(IReadOnlyList<AgentMailMessage> mail) => [.. mail.Select(message => message.Text)];

    private string IdOf(int number) => (string)JsonNode.Parse(File.ReadAllLines(Mailbox.PathOf(Folder), Encoding.UTF8)[number - 1])!["id"]!;
}
