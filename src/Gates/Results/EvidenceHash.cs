using System.Security.Cryptography;

namespace Orchestrator.Gates.Results;

/// <summary>The hash of a gate's log, by which a later change of the log is detected.</summary>
public static class EvidenceHash
{
    /// <summary>SHA-256 of a file in hexadecimal; empty where there is none.</summary>
    public static string Of(string path)
    {
        try
        {
            // Anything but a regular file has no length, and opening it could block.
            if (new FileInfo(path) is { Length: 0 })
            {
                return Convert.ToHexStringLower(SHA256.HashData([]));
            }
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }
}
