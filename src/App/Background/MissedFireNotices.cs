using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Background;

/// <summary>Creates notices for missed times of a schedule. Pure.</summary>
internal static class MissedFireNotices
{
    /// <summary>Time for a dispatched run to start its first task, which follows set-up and gates at the base.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(30);

    /// <summary>Returns notices for the missed times of a schedule, except those that their run reports itself by a question or by its
    /// end. Consecutive times that were missed for the same cause become one notice.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fires">Times of the schedule with their results, earliest first.</param>
    /// <param name="now">Current time.</param>
    public static IReadOnlyList<RunNotice> Of(RunSchedule schedule, IReadOnlyList<ScheduleFire> fires, DateTimeOffset now)
    {
        var notices = new List<RunNotice>();
        for (var i = 0; i < fires.Count && !schedule.IsPaused; i++)
        {
            var fire = fires[i];
            if (fire is { Began: not null } or { Missed: MissedFire.NotYet } || IsTold(fire, now))
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

    private static bool IsSame(ScheduleFire one, ScheduleFire other) => one.Missed == other.Missed && one.Because == other.Because;

    // The key names the earlier open run, so the user is notified once however many times it blocks.
    private static RunNotice Notice(RunSchedule schedule, ScheduleFire last, int before) =>
        new(
            last.Missed == MissedFire.EarlierRunOpen ? $"fire/behind/{last.Because}" : $"fire/{last.Due.ToUnixTimeSeconds()}",
            NoticeKinds.ScheduleMissed,
            null,
            $"The schedule {schedule.Name} did not run at {last.Due.UtcDateTime:yyyy-MM-dd HH:mm}Z: {ScheduleFormatter.WhyNot(last)}"
                + (before == 0 ? "." : $" (and {Plural.Of(before, "time")} before that)."),
            last.Run is { } run && !RunStates.IsFinal(run.State)
                ? [new AnswerWay(AnswerWays.Resume, run.RunId)]
                : [new AnswerWay(AnswerWays.RunNow, schedule.Name)]
        );

    private static bool IsTold(ScheduleFire fire, DateTimeOffset now) =>
        fire.RunId is not null
        && (
            now - (fire.Dispatched ?? fire.Due) < Grace
            || fire.Run is { Questions.Count: > 0 }
            || (fire.Run is { } run && RunStates.IsFinal(run.State))
        );
}
