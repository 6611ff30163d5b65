using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Worktrees;

/// <summary>A worktree's claim on resources such as ports and a temporary folder. Stored in a file in the user's state folder.</summary>
/// <param name="Worktree">Absolute path of the worktree.</param>
/// <param name="Owner">Process whose end releases the claim, as written by <see cref="ProcessIdentity"/>. Empty if the claim ends when the
/// worktree is removed.</param>
/// <param name="FirstPort">See <see cref="WorktreePortsAndFolders"/>.</param>
/// <param name="TemporaryFolder">See <see cref="WorktreePortsAndFolders"/>.</param>
/// <param name="Name">See <see cref="WorktreePortsAndFolders"/>.</param>
internal sealed record WorktreePortAndFolderReservation(string Worktree, string Owner, int FirstPort, string TemporaryFolder, string Name)
{
    private const int LongestWord = 11;

    internal WorktreePortsAndFolders Resources => new(FirstPort, TemporaryFolder, Name);

    /// <summary>True if the worktree or the process that owns the claim no longer exists.</summary>
    internal bool IsOver => !Directory.Exists(Worktree) || (Owner.Length > 0 && ProcessIdentity.TryParse(Owner)?.IsAlive() != true);

    /// <summary>Time of the worktree's last use.</summary>
    [JsonIgnore]
    public DateTime LastUse { get; init; }

    /// <summary>Returns the path of the file that stores a claim.</summary>
    internal static string FileOf(string folder, string worktree, string owner) =>
        Path.Combine(folder, Convert.ToHexStringLower(Digest(worktree + "\n" + owner))[..24] + ".json");

    internal static IReadOnlyList<WorktreePortAndFolderReservation> In(string folder) =>
        !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder, "*.json").Select(TryRead).OfType<WorktreePortAndFolderReservation>()];

    /// <summary>Reads the claim in a file. Null if the file is missing or damaged.</summary>
    internal static WorktreePortAndFolderReservation? TryRead(string file) =>
        StoredJsonReader.TryRead(file, WorktreeReservationJsonContext.Default.WorktreePortAndFolderReservation) is { } claim
            ? claim with
            {
                LastUse = File.GetLastWriteTimeUtc(file),
            }
            : null;

    internal void Write(string folder)
    {
        var file = FileOf(folder, Worktree, Owner);
        SymlinkSafeFileWriter.Write(
            file,
            JsonSerializer.SerializeToUtf8Bytes(this, WorktreeReservationJsonContext.Default.WorktreePortAndFolderReservation)
        );
    }

    /// <summary>Derives a name from the worktree's path, so that the worktree usually gets the same name again.</summary>
    /// <param name="worktree">Absolute path of the worktree.</param>
    /// <param name="again">Number of names already rejected as taken.</param>
    internal static string NameOf(string worktree, int again)
    {
        string word = new([.. Path.GetFileName(worktree).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        word = word.Length == 0 || !char.IsAsciiLetter(word[0]) ? "w" + word : word;
        var digits = Convert.ToHexStringLower(Digest(again == 0 ? worktree : $"{worktree}\n{again}"))[..8];
        return $"{(word.Length > LongestWord ? word[..LongestWord] : word)}_{digits}";
    }

    internal static int PlaceOf(string worktree, int places) => (int)(BitConverter.ToUInt32(Digest(worktree)) % (uint)places);

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WorktreePortAndFolderReservation))]
internal sealed partial class WorktreeReservationJsonContext : JsonSerializerContext;
