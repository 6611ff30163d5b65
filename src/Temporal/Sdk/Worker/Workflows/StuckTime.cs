using System.Globalization;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// How long workflow code has had for an activation. Not counted is what no deadlock can be seen in: while the thread waited for a
/// processor that others used, and while the whole process stood still (stopped, or a machine that slept), which shows in looks that come
/// late.
/// </summary>
/// <param name="interval">Time from one look to the next.</param>
internal sealed class StuckTime(TimeSpan interval)
{
    private long _began;
    private long _last;
    private TimeSpan _waited;
    private TimeSpan _counted;

    /// <summary>The time so far.</summary>
    /// <param name="began">When the activation began, in ms; another than at the last look: another activation.</param>
    /// <param name="now">The time of this look, in ms.</param>
    /// <param name="waited">How long the thread has waited for a processor since it is there.</param>
    public TimeSpan Look(long began, long now, TimeSpan waited)
    {
        if (began != _began)
        {
            // What it had waited before this activation is not known: its first look counts in full.
            (_began, _last, _waited, _counted) = (began, began, waited, TimeSpan.Zero);
        }

        var gap = TimeSpan.FromMilliseconds(now - _last);
        var passed = (gap < interval * 2 ? gap : interval * 2) - (waited - _waited);
        _counted += passed > TimeSpan.Zero ? passed : TimeSpan.Zero;
        (_last, _waited) = (now, waited);
        return _counted;
    }
}

/// <summary>How long threads wait for a processor, where the system tells: Linux does.</summary>
internal static class ProcessorWait
{
    [ThreadStatic]
    private static string? _file;

    /// <summary>Where the system tells it of the current thread; empty when it does not.</summary>
    public static string FileOfThisThread => _file ??= Find();

    /// <summary>How long the thread has waited since it is there; zero when the system does not tell.</summary>
    public static TimeSpan Read(string file)
    {
        try
        {
            return file.Length == 0 ? TimeSpan.Zero : Parse(File.ReadAllText(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The thread has ended meanwhile, or the kernel keeps no such count.
            return TimeSpan.Zero;
        }
    }

    /// <summary>The second of the three numbers that proc_pid_schedstat(5) describes: nanoseconds on a run queue.</summary>
    public static TimeSpan Parse(string text) =>
        text.Split(' ') is [_, var waited, ..] && long.TryParse(waited, CultureInfo.InvariantCulture, out var nanoseconds)
            ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
            : TimeSpan.Zero;

    private static string Find()
    {
        try
        {
            // A link to PROCESS/task/THREAD, by the numbers that this mount of /proc knows them under.
            return OperatingSystem.IsLinux() && new FileInfo("/proc/thread-self").LinkTarget is { } thread
                ? $"/proc/{thread}/schedstat"
                : string.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
