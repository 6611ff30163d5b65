using Orchestrator.Client.Schedules;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.App.Background;

/// <summary>Times of a schedule that nobody carried out, as facts that people are told of. Pure.</summary>
internal static class MissedFires
{
    /// <summary>A run that was dispatched has this long to begin its first task: set-up and gates at the base come before it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(30);

    /// <summary>The missed times of a schedule that no run of it tells itself, with a question or by its end. Times in a row that were
    /// missed for the same cause are one fact.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fires">Its times and what came of them, earliest first.</param>
    /// <param name="now">The present time.</param>
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

    // That an earlier run is open is one fact, however many times pass over it.
    private static RunNotice Notice(RunSchedule schedule, ScheduleFire last, int before) =>
        new(
            last.Missed == MissedFire.EarlierRunOpen ? $"fire/behind/{last.Because}" : $"fire/{last.Due.ToUnixTimeSeconds()}",
            NoticeKinds.ScheduleMissed,
            null,
            $"The schedule {schedule.Name} did not run at {last.Due.UtcDateTime:yyyy-MM-dd HH:mm}Z: {ScheduleWords.WhyNot(last)}"
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
