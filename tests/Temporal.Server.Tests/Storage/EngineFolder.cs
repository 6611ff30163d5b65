using System.Globalization;
using SQLitePCL;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>A folder for engine files, and a way to change one behind the server's back.</summary>
internal sealed class EngineFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;

    public EngineFolder() => Batteries_V2.Init();

    public string DatabasePath => PathOf("engine.db");

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Runs a script on a file that no server has open.</summary>
    public static void Change(string path, string script)
    {
        if (raw.sqlite3_open_v2(path, out var db, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, null) != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"{path} can't be opened");
        }

        using (db)
        {
            var code = raw.sqlite3_exec(db, script);
            if (code != raw.SQLITE_OK)
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"{raw.sqlite3_errmsg(db).utf8_to_string()} ({code}) in: {script}")
                );
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
