using Orchestrator.Messages;
using Orchestrator.Notifications;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports.Notices;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class DueNoticeSelectorTests
{
    private static readonly DateTimeOffset Evening = new(2026, 10, 24, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly QuietHours Night = QuietHours.TryRead("22:00-07:00")!;
    private static readonly Dictionary<string, IReadOnlyList<string>> Targets = new()
    {
        ["all"] = NoticeKinds.All,
        ["ends"] = [NoticeKinds.RunDone],
    };

    private static RunNotice Failed(int number) =>
        new($"failed/{number}", NoticeKinds.TaskFailed, $"t{number}", $"t{number} is failed", []);

    private static SendNoticesInput Run(
        IReadOnlyList<RunNotice> notices,
        RunLivenessKindForNotices rest = RunLivenessKindForNotices.None
    ) => new("run-x", new RepositoryReference("/work/shop", "0123456789ab", "queue"), notices, rest);

    private static (RunNoticeRecord Book, DateTimeOffset? NextAt) Gather(
        RunNoticeRecord book,
        SendNoticesInput run,
        DateTimeOffset now,
        QuietHours? quiet = null
    ) => DueNoticeSelector.Gather(book, run, Targets, quiet, now, Berlin);

    /// <summary>A thousand tasks fail within ten minutes, one after the other, and the step is called each time.</summary>
    [Fact]
    public void Gather_AThousandEventsInTenMinutes_AreElevenMessagesWithAllOfThem()
    {
        var book = new RunNoticeRecord();
        var now = Evening;
        DateTimeOffset? next = null;
        var happened = new List<RunNotice>();
        for (var i = 0; i < 1000; i++)
        {
            happened.Add(Failed(i));
            now = Evening.AddSeconds(i * 0.6);
            (book, next) = Gather(book, Run([.. happened]), now);
        }
        (book, next) = Gather(book, Run([.. happened]), next!.Value);

        Assert.Null(next);
        Assert.Equal(11, book.Messages.Count);
        Assert.Equal(1000, book.Keys.Distinct().Count());
        Assert.Equal(1000, book.Keys.Count());
        Assert.All(
            book.Messages.Zip(book.Messages.Skip(1)),
            pair => Assert.True(pair.Second.Notice.Time - pair.First.Notice.Time >= DueNoticeSelector.Pace)
        );
    }

    [Fact]
    public void Gather_QuietHours_WaitForTheirEndOnTheNightTheClockIsSetBack()
    {
        var began = new DateTimeOffset(2026, 10, 24, 21, 30, 0, TimeSpan.Zero); // 23:30 in Berlin; the clock is set back at 3.
        var (book, next) = Gather(new RunNoticeRecord(), Run([Failed(1)]), began, Night);

        Assert.Empty(book.Messages);
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 6, 0, 0, TimeSpan.Zero), next);
        (book, next) = Gather(book, Run([Failed(1), Failed(2)]), next!.Value, Night);
        Assert.Equal(["failed/1", "failed/2"], book.Messages.Single().Notice.Items.Select(item => item.Key));
        Assert.False(book.Messages[0].Notice.IsQuiet);
        Assert.Null(next);
    }

    [Theory]
    [InlineData(RunLivenessKindForNotices.Standing)]
    [InlineData(RunLivenessKindForNotices.Ended)]
    public void Gather_RunIsAtRestInQuietHours_IsToldAtOnceWithoutASound(RunLivenessKindForNotices rest)
    {
        var (book, next) = Gather(new RunNoticeRecord(), Run([Failed(1)], rest), Evening.AddHours(3), Night);

        Assert.True(book.Messages.Single().Notice.IsQuiet);
        Assert.Null(next);
    }

    [Fact]
    public void Gather_FactOfAnotherKind_GoesOnlyToWhoWantsIt()
    {
        var (book, _) = Gather(new RunNoticeRecord(), Run([Failed(1)]), Evening);

        Assert.Equal(["all"], book.Messages.Single().Deliveries.Keys);
    }

    [Fact]
    public void Gather_QuestionThatIsAnsweredBeforeItWasTold_IsNeverTold()
    {
        var question = new RunNotice("question/a/1", NoticeKinds.NeedsPerson, "a", "May a be merged?", []);
        var (book, next) = Gather(new RunNoticeRecord(), Run([question]), Evening.AddHours(3), Night);

        (book, _) = Gather(book, Run([]), next!.Value, Night);

        Assert.Empty(book.Messages);
    }

    [Fact]
    public void Current_QuestionThatIsOverBeforeItWasSent_IsLeftOutAndTheFactsStay()
    {
        var question = new RunNotice("question/a/1", NoticeKinds.NeedsPerson, "a", "May a be merged?", []);
        var (book, _) = Gather(new RunNoticeRecord(), Run([question, Failed(1)]), Evening);
        IReadOnlySet<string> open = new HashSet<string> { "failed/1" };

        Assert.Equal(["failed/1"], DueNoticeSelector.Current(book.Messages[0], NoticeKinds.All, open).Select(item => item.Key));
        Assert.False(DueNoticeSelector.IsOver(book.Messages[0], NoticeKinds.All, open));
        Assert.True(DueNoticeSelector.IsOver(book.Messages[0], [NoticeKinds.NeedsPerson], open));
    }

    [Fact]
    public void After_ATargetThatNeverWorks_FailsAfterTwelveTriesOverHours()
    {
        var delivery = new NoticeDeliveryRecord { State = NoticeDeliveryStatus.Pending };
        var now = Evening;
        while (delivery.State == NoticeDeliveryStatus.Pending)
        {
            delivery = DueNoticeSelector.After(delivery, new NoticeDeliveryResult(NoticeDeliveryResultKind.Later, "no connection."), now);
            now = delivery.NotBefore ?? now;
        }

        Assert.Equal((NoticeDeliveryStatus.Failed, DueNoticeSelector.MostTries), (delivery.State, delivery.Tries));
        Assert.InRange(now - Evening, TimeSpan.FromHours(2), TimeSpan.FromHours(6));
    }

    [Theory]
    [InlineData("22:00-07:00", "2026-11-24T22:30:00+01:00", "2026-11-25T07:00:00+01:00")]
    [InlineData("22:00-07:00", "2026-11-24T06:59:00+01:00", "2026-11-24T07:00:00+01:00")]
    [InlineData("22:00-07:00", "2026-11-24T07:00:00+01:00", null)]
    [InlineData("12:30-13:30", "2026-11-24T12:45:00+01:00", "2026-11-24T13:30:00+01:00")]
    [InlineData("22:00-02:30", "2026-03-28T23:00:00+01:00", "2026-03-29T03:30:00+02:00")]
    public void QuietHours_Time_EndsAtTheNextEnd(string hours, string now, string? end) =>
        Assert.Equal(
            end is null ? null : DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture),
            QuietHours.TryRead(hours)!.EndAfter(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), Berlin)
        );

    [Fact]
    public void Words_SecretsAndHiddenCharacters_AreLeftOutOrShown()
    {
        var item = NoticeFormatter.Item(
            new RunNotice(
                "k",
                NoticeKinds.NeedsPerson,
                "a",
                "key AKIAQ3EGRZ7X2MNPLK5T and \u202Eesrever\u202C \u001b[31mred\nsecond line",
                [new SuggestedCommand(SuggestedCommandKinds.Approve, "run-x/a")]
            )
        );

        Assert.DoesNotContain("AKIAQ3EGRZ7X2MNPLK5T", item.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(item.Text, letter => char.IsControl(letter) || letter is '\u202E' or '\u202C');
        Assert.Contains("⏎second line", item.Text, StringComparison.Ordinal);
        Assert.Equal(["orchestrate approve run-x/a"], item.Commands);
    }
}
