using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Git;

/// <summary>Every content that is looked at, under its hash: what was recorded to be put back, what is found so that nothing is lost.</summary>
internal sealed class GuardStore(string folder)
{
    private const int LargestFile = 4 * 1024 * 1024;

    /// <summary>Keeps a file's content; null if there is no file, or one that is too large to be a setting.</summary>
    internal GuardedFile? Keep(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target)
        {
            return new GuardedFile(Keep(Encoding.UTF8.GetBytes(target)), GuardedFile.Link);
        }

        try
        {
            if (!file.Exists || file.Length > LargestFile)
            {
                return null;
            }

            var mode = OperatingSystem.IsWindows() ? string.Empty : Convert.ToString((int)file.UnixFileMode, 8);
            return new GuardedFile(Keep(File.ReadAllBytes(path)), mode);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Gone between two looks: worktrees come and go.
        }
    }

    internal byte[] Read(string hash) => File.ReadAllBytes(Path.Combine(folder, hash));

    internal string Text(GuardedFile? file) => file is null ? string.Empty : Encoding.UTF8.GetString(Read(file.Hash));

    private string Keep(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var path = Path.Combine(folder, hash);
        if (!File.Exists(path))
        {
            DurableFile.Write(path, content);
        }

        return hash;
    }
}

/// <summary>A recorded file: the hash under which its content is in the store, and its permissions in octal (or "link").</summary>
internal sealed record GuardedFile(string Hash, string Mode)
{
    internal const string Link = "link";

    public override string ToString() => $"{Hash} {Mode}";

    internal static GuardedFile Parse(string text) => text.Split(' ') is [var hash, var mode] ? new GuardedFile(hash, mode) : new GuardedFile(text, string.Empty);
}
