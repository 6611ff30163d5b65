namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Parses an account's usage windows from the CLI's stream. The stream gives usage as a fraction from 0 to 1, and times in seconds since
/// 1970.
/// </summary>
internal static class ClaudeUsageWindowParser
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

    private static double? Share(double? used) => used is >= 0 and <= 1000 ? used : null;

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is > 0 and < EndOfTime ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;
}
