using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Orchestrator.TestKit;

/// <summary>Waits for conditions. The time limits are long because machines that run tests are slow and shared.</summary>
public static class Eventually
{
    /// <summary>Default time limit for a condition.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns a token that is cancelled at the limit, for calls that could hang.</summary>
    public static CancellationToken Timeout() => new CancellationTokenSource(Limit).Token;

    /// <summary>Waits until the condition is true.</summary>
    /// <exception cref="TimeoutException">The condition did not become true within the limit.</exception>
    public static async Task TrueAsync(
        Func<bool> condition,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string what = ""
    ) => await GetAsync(() => condition() ? what : null, limit, what);

    /// <summary>Waits until a value exists, and returns it.</summary>
    /// <exception cref="TimeoutException">No value existed within the limit.</exception>
    public static Task<T> GetAsync<T>(Func<T?> get, TimeSpan? limit = null, [CallerArgumentExpression(nameof(get))] string what = "")
        where T : class => AskAsync(() => Task.FromResult(get()), limit, what);

    /// <summary>Waits until an asynchronous query returns a value, and returns it.</summary>
    /// <exception cref="TimeoutException">The query returned no value within the limit.</exception>
    public static async Task<T> AskAsync<T>(
        Func<Task<T?>> ask,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(ask))] string what = ""
    )
        where T : class
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } found)
            {
                return found;
            }
            if (Stopwatch.GetElapsedTime(begin) > (limit ?? Limit))
            {
                throw new TimeoutException($"Not within {(limit ?? Limit).TotalSeconds:0} s: {what}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}
