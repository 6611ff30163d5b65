using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messages;
using Orchestrator.Notifications;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports.Notices;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class DueNoticeSenderTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("notice-tests-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 20, 0, 0, TimeSpan.Zero));
    private readonly RecordingNotifier _phone = new();

    private DueNoticeSender Desk =>
        new(new RunServiceBundle("host", ["hook"], _time) { Environment = new Dictionary<string, string> { ["HOME"] = _home } });

    private string BookFile => Directory.EnumerateFiles(_home, "0123456789ab-*.json", SearchOption.AllDirectories).First();

    private static RunNotice Question(string task) =>
        new(
            $"question/{task}/1",
            NoticeKinds.NeedsPerson,
            task,
            $"May {task} start?",
            [new SuggestedCommand(SuggestedCommandKinds.Approve, $"run-x/{task}")]
        );

    private static RunNotice Account => new("account/claude/broken", NoticeKinds.AccountParked, null, "the account does not work", []);

    [Fact]
    public async Task Tell_TheSameFactsAgain_SendsNothingMore()
    {
        await TellAsync("run-x", Question("a"));
        await TellAsync("run-x", Question("a"));

        Assert.Equal("shop: run-x needs attention", Assert.Single(_phone.Sent).Title);
        Assert.Equal(["orchestrate approve run-x/a"], _phone.Sent[0].Commands);
    }

    /// <summary>A kill between sending and storing leaves a notice that is recorded as sending, but not as sent.</summary>
    [Fact]
    public async Task Tell_KilledBetweenSendingAndStoring_SendsTheSameIdOnceMoreAndThenNothing()
    {
        _phone.OnSend = () => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => TellAsync("run-x", Question("a")));
        _phone.OnSend = () => NoticeDeliveryResult.Done;

        await TellAsync("run-x", Question("a"));
        await TellAsync("run-x", Question("a"));

        Assert.Equal(2, _phone.Sent.Count);
        Assert.Equal(_phone.Sent[0].Id, _phone.Sent[1].Id);
    }

    [Fact]
    public async Task Tell_QuestionIsAnswered_IsWithdrawnOnce()
    {
        await TellAsync("run-x", Question("a"));
        await TellAsync("run-x");
        await TellAsync("run-x");

        Assert.Equal([_phone.Sent[0].Id], _phone.Withdrawn);
    }

    [Fact]
    public async Task Tell_AccountOfTwoRuns_IsToldByOneAndAfterItWorkedAgain()
    {
        await TellAsync("run-x", Account);
        await TellAsync("run-y", Account);
        await TellAsync("run-x");
        _time.Advance(TimeSpan.FromMinutes(5));
        await TellAsync("run-y", Account with { Key = "account/claude/broken" });

        Assert.Equal(["run-x", "run-y"], _phone.Sent.Select(notice => notice.Run));
    }

    [Fact]
    public async Task Tell_TargetDoesNotWork_IsTriedAgainAtItsTimeAndReportedWhenItFails()
    {
        _phone.OnSend = () =>
            new NoticeDeliveryResult(NoticeDeliveryResultKind.Later, "no connection.") { NotBefore = _time.GetUtcNow().AddMinutes(10) };
        var first = await TellAsync("run-x", Question("a"));
        var tooEarly = await TellAsync("run-x", Question("a"));
        _time.Advance(TimeSpan.FromMinutes(10));
        _phone.OnSend = () => new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, "the server answered 403 Forbidden.");
        var last = await TellAsync("run-x", Question("a"));

        Assert.Equal((_time.GetUtcNow(), _time.GetUtcNow()), (first.NextAt, tooEarly.NextAt));
        Assert.Empty(first.Problems);
        Assert.Equal(2, _phone.Sent.Count);
        Assert.Equal("A notice did not reach phone, a phone: the server answered 403 Forbidden.", Assert.Single(last.Problems));
        Assert.Null(last.NextAt);
    }

    [Fact]
    public async Task Tell_SecretIsMissing_IsReportedAndStopsNobody()
    {
        var told = await Desk.SendDueAsync(
            Input("run-x", Question("a")),
            [
                new NoticeDestination("team", NoticeKinds.All, null, "its secret $SLACK is not set."),
                new NoticeDestination("phone", NoticeKinds.All, _phone),
            ],
            null,
            CancellationToken.None
        );

        Assert.Equal("A notice did not reach team: its secret $SLACK is not set.", Assert.Single(told.Problems));
        Assert.Single(_phone.Sent);
    }

    [Fact]
    public async Task Tell_BookIsDamaged_PeopleAreToldAgainWithTheSameId()
    {
        await TellAsync("run-x", Question("a"));
        await File.WriteAllTextAsync(BookFile, "{\"messages\": [");

        await TellAsync("run-x", Question("a"));

        Assert.Equal(2, _phone.Sent.Count);
        Assert.Single(_phone.Sent.Select(notice => notice.Id).Distinct());
    }

    [Fact]
    public async Task Notice_WhereThePageHasAnAddress_LinksToItsRunOrToTheInbox()
    {
        NoticeDestination[] targets = [new NoticeDestination("phone", NoticeKinds.All, _phone)];
        var missed = new RunNotice("fire/1", NoticeKinds.ScheduleMissed, null, "nightly did not run", []);

        await Desk.SendDueAsync(Input("run-1", Account), targets, null, CancellationToken.None, "https://desk.example");
        await Desk.SendDueAsync(Input("schedule-nightly", missed), targets, null, CancellationToken.None, "https://desk.example");

        Assert.Equal(
            ["https://desk.example/r/0123456789ab/run-1", "https://desk.example/inbox"],
            _phone.Sent.Select(notice => notice.Link)
        );
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Task<NoticeSendingResult> TellAsync(string run, params IReadOnlyList<RunNotice> notices) =>
        Desk.SendDueAsync(
            Input(run, [.. notices]),
            [new NoticeDestination("phone", NoticeKinds.All, _phone)],
            null,
            CancellationToken.None
        );

    private static SendNoticesInput Input(string run, params RunNotice[] notices) =>
        new(run, new RepositoryReference("/work/shop", "0123456789ab", "queue"), notices, RunLivenessKindForNotices.None);

    private sealed class RecordingNotifier : INotifier
    {
        public Func<NoticeDeliveryResult> OnSend { get; set; } = () => NoticeDeliveryResult.Done;

        public List<Notice> Sent { get; } = [];

        public List<string> Withdrawn { get; } = [];

        public string Description => "a phone";

        public bool CanWithdraw => true;

        public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken)
        {
            Sent.Add(notice);
            return Task.FromResult(OnSend());
        }

        public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken)
        {
            Withdrawn.Add(notice.Id);
            return Task.FromResult(NoticeDeliveryResult.Done);
        }

        public Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(NoticeDeliveryResult.Done);

        public void Dispose() { }
    }
}
