using System.Security.Cryptography;
using Orchestrator.Gates;

namespace Orchestrator.Machine.Hosting;

/// <summary>The token of the user's web page: made once, and kept where only the user reads it and no sandbox shows it.</summary>
public static class WebToken
{
    private const int Bytes = 24;

    /// <summary>The folder of the file.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(UserState.RootOf(environment), UserState.WebFolder);

    /// <summary>The token, made where there is none yet.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="renew">Make another one: links that were given away lead nowhere then.</param>
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
