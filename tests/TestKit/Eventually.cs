using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Orchestrator.TestKit;

/// <summary>Waiting for facts. The limits are far off, because machines that run tests are slow and shared.</summary>
public static class Eventually
{
    /// <summary>How long a fact may take.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A token that ends at the limit, for calls that could hang.</summary>
    public static CancellationToken Timeout() => new CancellationTokenSource(Limit).Token;

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the limit.</exception>
    public static async Task TrueAsync(
        Func<bool> condition,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string what = ""
    ) => await GetAsync(() => condition() ? what : null, limit, what);

    /// <summary>Waits until there is something, and gives it.</summary>
    /// <exception cref="TimeoutException">There was nothing within the limit.</exception>
    public static Task<T> GetAsync<T>(Func<T?> get, TimeSpan? limit = null, [CallerArgumentExpression(nameof(get))] string what = "")
        where T : class => AskAsync(() => Task.FromResult(get()), limit, what);

    /// <summary>Waits until there is something that has to be asked for, and gives it.</summary>
    /// <exception cref="TimeoutException">There was nothing within the limit.</exception>
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
