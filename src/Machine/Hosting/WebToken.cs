using System.Security.Cryptography;
using Orchestrator.Gates;

namespace Orchestrator.Machine.Hosting;

/// <summary>Access token of the user's web page: generated once, readable only for the user, and hidden from every sandbox.</summary>
public static class WebToken
{
    private const int Bytes = 24;

    /// <summary>Returns the folder of the token's file.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(UserState.RootOf(environment), UserState.WebFolder);

    /// <summary>Returns the token and generates it if it does not exist yet.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="renew">True to generate a new token, which invalidates shared links.</param>
    public static string Get(IReadOnlyDictionary<string, string> environment, bool renew = false)
    {
        var folder = FolderOf(environment);
        PrivateFolder.Make(folder);
        var file = Path.Combine(folder, "token");
        if (!renew && DurableFile.TryRead(file)?.Trim() is { Length: > 0 } kept)
        {
            return kept;
        }
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
        DurableFile.Write(file, token + "\n");
        return token;
    }
}
