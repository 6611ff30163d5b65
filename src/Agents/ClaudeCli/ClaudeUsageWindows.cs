using System.Globalization;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Parses an account's usage windows from the CLI's output and normalizes the units of its two sources. The stream has shares from
/// 0 to 1 and seconds since 1970. The answer to <c>get_usage</c> has percentages and ISO 8601 times.</summary>
internal static class ClaudeUsageWindows
{
    private const long EndOfTime = 253_402_300_800;

    /// <summary>Parses the <c>rate_limit_info</c> of a <c>rate_limit_event</c>.</summary>
    internal static UsageWindows OfEvent(JsonElement info)
    {
        var deciding = info.Text("rateLimitType");
        List<UsageWindow> windows =
        [
            .. info.Members("unifiedWindows")
                .Where(window => window.Value.ValueKind == JsonValueKind.Object)
                .DistinctBy(window => window.Name)
                .Select(window => new UsageWindow(
                    window.Name,
                    Share(window.Value.Fraction("utilization")),
                    Time(window.Value.Number("resetsAt"))
                )),
        ];
        // An event without windows describes the deciding window in sibling members.
        if (deciding is not null && windows.TrueForAll(window => window.Name != deciding))
        {
            windows.Add(new UsageWindow(deciding, Share(info.Fraction("utilization")), Time(info.Number("resetsAt"))));
        }
        return new UsageWindows(info.Text("status") ?? "unknown", windows)
        {
            Deciding = deciding,
            IsOverageInUse = info.IsTrue("isUsingOverage") || info.IsTrue("overageInUse"),
        };
    }

    /// <summary>Parses the answer to <c>get_usage</c>, namely the object that contains <c>rate_limits</c>.</summary>
    /// <returns>The windows, or null if the account's windows are not available, for example with an API key or without network.</returns>
    internal static UsageWindows? OfAnswer(JsonElement answer)
    {
        if (answer.Get("rate_limits") is null || answer.Get("rate_limits_available") is { ValueKind: JsonValueKind.False })
        {
            return null;
        }
        UsageWindow[] windows =
        [
            .. answer
                .Members("rate_limits")
                .Where(window => window.Value.ValueKind == JsonValueKind.Object && window.Value.Get("utilization") is not null)
                .DistinctBy(window => window.Name)
                .Select(window => new UsageWindow(
                    window.Name,
                    Share(window.Value.Fraction("utilization") / 100),
                    Time(window.Value.Text("resets_at"))
                )),
        ];
        return windows.Length == 0 ? null : new UsageWindows("unknown", windows);
    }

    private static double? Share(double? used) => used is >= 0 and <= 1000 ? used : null;

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is > 0 and < EndOfTime ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;

    private static DateTimeOffset? Time(string? iso) =>
        DateTimeOffset.TryParse(
            iso,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;
}
