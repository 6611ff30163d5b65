using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.App.Access;

/// <summary>
/// Number and times of failed logins to the orchestrator's web page, with the browser and address of the last failed login.
/// </summary>
/// <param name="Count">Number of logins with a wrong token.</param>
/// <param name="Since">Time of the first failed login.</param>
/// <param name="LastAt">Time of the last failed login.</param>
/// <param name="LastFrom">Browser and address of the last failed login.</param>
public sealed record WebLoginFailures(long Count, DateTimeOffset Since, DateTimeOffset LastAt, string LastFrom)
{
    /// <summary>Reads the recorded failed logins, or returns null if there were none.</summary>
    /// <param name="folder">Absolute path of the private folder (<see cref="WebTokenStore.Folder"/>).</param>
    /// <returns>The failed logins, or null if there were none.</returns>
    public static WebLoginFailures? Read(string folder)
    {
        try
        {
            return DurableFile.TryRead(FileIn(folder)) is { } text
                ? JsonSerializer.Deserialize(text, WebLoginFailuresJsonContext.Default.WebLoginFailures)
                : null;
        }
        catch (JsonException)
        {
            // A damaged count restarts at zero, because it has little effect.
            return null;
        }
    }

    /// <summary>Records a failed login.</summary>
    /// <param name="folder">Absolute path of the private folder.</param>
    /// <param name="from">Browser and address.</param>
    /// <param name="now">The current time.</param>
    public static void Add(string folder, string from, DateTimeOffset now)
    {
        PrivateFolder.Make(folder);
        var known = Read(folder) ?? new WebLoginFailures(0, now, now, from);
        DurableFile.Write(
            FileIn(folder),
            JsonSerializer.Serialize(
                known with
                {
                    Count = known.Count + 1,
                    LastAt = now,
                    LastFrom = from,
                },
                WebLoginFailuresJsonContext.Default.WebLoginFailures
            )
        );
    }

    private static string FileIn(string folder) => Path.Combine(folder, "failed-logins.json");
}

[JsonSerializable(typeof(WebLoginFailures))]
internal sealed partial class WebLoginFailuresJsonContext : JsonSerializerContext;
