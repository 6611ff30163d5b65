using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Background;

/// <summary>Creates notices about missed start times of a schedule. Has no side effects.</summary>
internal static class MissedScheduleStartNotices
{
    /// <summary>
    /// Maximum time between the dispatch of a scheduled run and the start of its first task. The time includes set-up and the gates on the
    /// base commit.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Returns notices about a schedule's missed start times. If a run has an open question or has ended, its start time is excluded,
    /// because the run itself reports the problem. Consecutive start times with the same cause share one notice.
    /// </summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fires">Start times of the schedule with their results, earliest first.</param>
    /// <param name="now">The current time.</param>
    public static IReadOnlyList<RunNotice> Of(RunSchedule schedule, IReadOnlyList<ScheduledStartResult> fires, DateTimeOffset now)
    {
        var notices = new List<RunNotice>();
        for (var i = 0; i < fires.Count && !schedule.IsPaused; i++)
        {
            var fire = fires[i];
            if (fire is { Began: not null } or { Missed: MissedScheduleStart.NotYet } || IsTold(fire, now))
            {
                continue;
            }
            var first = i;
            while (fire.RunId is null && i + 1 < fires.Count && fires[i + 1] is { RunId: null } next && IsSame(fire, next))
            {
                i++;
            }
            notices.Add(Notice(schedule, fires[i], i - first));
        }
        return notices;
    }

    private static bool IsSame(ScheduledStartResult one, ScheduledStartResult other) =>
        one.Missed == other.Missed && one.Because == other.Because;

    // The key contains the id of the earlier run that is still open, so the user is notified only once about that run.
    private static RunNotice Notice(RunSchedule schedule, ScheduledStartResult last, int before) =>
        new(
            last.Missed == MissedScheduleStart.EarlierRunOpen ? $"fire/behind/{last.Because}" : $"fire/{last.Due.ToUnixTimeSeconds()}",
            NoticeKinds.ScheduleMissed,
            null,
            $"The schedule {schedule.Name} did not run at {last.Due.UtcDateTime:yyyy-MM-dd HH:mm}Z: {ScheduleFormatter.ReasonOf(last)}"
                + (before == 0 ? "." : $" (and {Plural.Of(before, "time")} before that)."),
            last.Run is { } run && !RunStateNames.IsFinal(run.State)
                ? [new SuggestedCommand(SuggestedCommandKinds.Resume, run.RunId)]
                : [new SuggestedCommand(SuggestedCommandKinds.RunNow, schedule.Name)]
        );

    private static bool IsTold(ScheduledStartResult fire, DateTimeOffset now) =>
        fire.RunId is not null
        && (
            now - (fire.Dispatched ?? fire.Due) < Grace
            || fire.Run is { Questions.Count: > 0 }
            || (fire.Run is { } run && RunStateNames.IsFinal(run.State))
        );
}
