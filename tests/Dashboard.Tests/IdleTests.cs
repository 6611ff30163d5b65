using Xunit.Abstractions;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Pages that are open while nothing happens.</summary>
public sealed class IdleTests(ITestOutputHelper output)
{
    private const int Pages = 20;
    private const int SignsOfADay = 24 * 60 * 60 / 15;

    /// <summary>The server's clock makes a day of a minute: as many signs of life go to each page as in a day. What it holds is measured
    /// after an hour of that clock, and at its end.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Server_TwentyPagesThatHaveTheSignsOfADay_HoldsNoMore()
    {
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = Runs.Of("a", "b:a") }, new FastTime(factor: 1440));
        await page.LogInAsync();
        using var ends = new CancellationTokenSource();
        var signs = new int[Pages];
        var open = Enumerable.Range(0, Pages).Select(i => ReadAsync(i)).ToList();

        await SignsAsync(SignsOfADay / 24);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await SignsAsync(SignsOfADay);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await ends.CancelAsync();
        await Task.WhenAll(open);

        output.WriteLine($"{before / 1024} KB after an hour of signs, {after / 1024} KB after a day of them: {signs.Sum()} in all");
        Assert.True(after - before < 1024 * 1024, $"{before} bytes became {after}.");

        async Task SignsAsync(int each)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(15));
            while (signs.Min() < each)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
        }

        async Task ReadAsync(int i)
        {
            try
            {
                using var answer = await page.Browser.GetAsync("/changes", HttpCompletionOption.ResponseHeadersRead, ends.Token);
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ends.Token));
                while (await reader.ReadLineAsync(ends.Token) is { } line)
                {
                    signs[i] += line.StartsWith(": still here", StringComparison.Ordinal) ? 1 : 0;
                }
            }
            catch (OperationCanceledException)
            {
                // All signs have come.
            }
        }
    }

    private sealed class FastTime(int factor) : TimeProvider
    {
        private readonly long _began = System.GetTimestamp();
        private readonly DateTimeOffset _beganAt = System.GetUtcNow();

        public override long GetTimestamp() => _began + (factor * (System.GetTimestamp() - _began));

        public override DateTimeOffset GetUtcNow() => _beganAt + GetElapsedTime(_began);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period));

        private TimeSpan Scaled(TimeSpan time) =>
            time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / factor));
    }
}
