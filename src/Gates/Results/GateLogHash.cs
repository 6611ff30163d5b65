using System.Security.Cryptography;

namespace Orchestrator.Gates.Results;

/// <summary>Hashes a gate's log so that a later change to the log is detected.</summary>
public static class GateLogHash
{
    /// <summary>Returns the SHA-256 hash of a file in hexadecimal. Empty if the file does not exist.</summary>
    public static string Of(string path)
    {
        try
        {
            // Special files have no length, and opening one could block.
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
