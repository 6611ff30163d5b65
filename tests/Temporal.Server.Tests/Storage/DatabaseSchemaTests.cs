using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;
using Temporal.Server.Storage;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>Files of older, newer and other programs.</summary>
public sealed class DatabaseSchemaTests : IDisposable
{
    private readonly EngineFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("UPDATE schema_versions SET version = version + 1 WHERE part = 'history'", "newer release")]
    [InlineData("INSERT INTO schema_versions VALUES('tomorrow', 1)", "newer release")]
    [InlineData("PRAGMA application_id = 7", "another program")]
    public async Task Start_OnAFileOfAnother_IsRefusedAndChangesNoByte(string change, string reason)
    {
        await using (var server = await TestServer.StartAsync(_folder.DatabasePath))
        {
            await server.StartWorkflowAsync("w");
        }

        // As a killed owner leaves it: the change stands in the log alone.
        EngineFolder.Change(_folder.DatabasePath, "PRAGMA wal_checkpoint(TRUNCATE)");
        LeaveLog(change);
        var before = Sums();
        Assert.Contains("engine.db-wal", before.Keys);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(_folder.DatabasePath));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Sums());
    }

    [Fact]
    public void Sqlite_ThatComesWithTheServer_IsOf350OrLater()
    {
        Batteries_V2.Init();

        Assert.InRange(raw.sqlite3_libversion_number(), 3_050_000, int.MaxValue);
    }

    [Fact]
    public async Task Open_FileOfAnOlderRelease_IsBroughtForward()
    {
        SqlSchemaOfServerComponent[] old = [new("notes", ["CREATE TABLE notes(text TEXT)"])];
        SqlSchemaOfServerComponent[] current =
        [
            new(
                "notes",
                ["CREATE TABLE notes(text TEXT)", "ALTER TABLE notes ADD COLUMN author TEXT; UPDATE notes SET author = 'nobody';"]
            ),
            new("more", ["CREATE TABLE more(x)"]),
        ];
        using (var database = new EngineDatabase(_folder.DatabasePath, old, NullLogger.Instance))
        {
            await database.WriteAsync(db => db.Execute("INSERT INTO notes VALUES('kept')"));
        }

        Assert.Contains(
            "older release",
            Assert.Throws<InvalidOperationException>(() => DatabaseSchema.OpenCurrent(_folder.DatabasePath, current).Dispose()).Message,
            StringComparison.Ordinal
        );
        using (var database = new EngineDatabase(_folder.DatabasePath, current, NullLogger.Instance))
        {
            Assert.Equal("kept nobody", database.Read(db => Text(db, "SELECT text || ' ' || author FROM notes")));
            Assert.Equal("0", database.Read(db => Text(db, "SELECT count(*) FROM more")));
        }

        // Once is enough: the second opening finds nothing to do.
        using var again = new EngineDatabase(_folder.DatabasePath, current, NullLogger.Instance);
        Assert.Equal("1", again.Read(db => Text(db, "SELECT count(*) FROM notes")));
    }

    [Fact]
    public void Open_FileWhoseMigrationFailed_IsAsItWas()
    {
        SqlSchemaOfServerComponent[] old = [new("notes", ["CREATE TABLE notes(text TEXT)"])];
        SqlSchemaOfServerComponent[] broken =
        [
            new("notes", ["CREATE TABLE notes(text TEXT)", "CREATE TABLE half(x); SELECT nonsense FROM nowhere;"]),
        ];
        new EngineDatabase(_folder.DatabasePath, old, NullLogger.Instance).Dispose();

        Assert.Throws<SqliteException>(() => new EngineDatabase(_folder.DatabasePath, broken, NullLogger.Instance));

        using var again = new EngineDatabase(_folder.DatabasePath, old, NullLogger.Instance);
        Assert.Equal("0", again.Read(db => Text(db, "SELECT count(*) FROM sqlite_master WHERE name = 'half'")));
    }

    [Fact]
    public async Task Start_OnAFileWhoseMakerWasKilledAtOnce_MakesItWhole()
    {
        EngineFolder.Change(_folder.DatabasePath, $"PRAGMA application_id = {0x4F726345}");

        await using var server = await TestServer.StartAsync(_folder.DatabasePath);

        Assert.NotEmpty(await server.StartWorkflowAsync("w"));
    }

    /// <summary>
    /// Until the file has its write-ahead log SQLite keeps what a change replaces in a journal beside it, and only who may write can undo
    /// that change.
    /// </summary>
    [Fact]
    public async Task Start_OnAFileWhoseMakerWasKilledInItsFirstChange_MakesItWhole()
    {
        LeaveJournal($"PRAGMA application_id = {0x4F726345}");
        Assert.Equal(
            raw.SQLITE_READONLY_ROLLBACK,
            Assert
                .Throws<SqliteException>(() =>
                {
                    using var db = SqliteConnection.OpenReadOnly(_folder.DatabasePath);
                    db.Execute("SELECT * FROM sqlite_master");
                })
                .Code
        );

        await using var server = await TestServer.StartAsync(_folder.DatabasePath);

        Assert.NotEmpty(await server.StartWorkflowAsync("w"));
        Assert.False(File.Exists(_folder.DatabasePath + "-journal"));
    }

    /// <summary>A first change of the file that its maker did not end: the files are copied after some of its pages were written.</summary>
    private void LeaveJournal(string change)
    {
        var original = _folder.PathOf("original");
        using var db = new SqliteConnection(original, create: true);
        db.ExecuteScript($"{change}; PRAGMA cache_size = 1; BEGIN; CREATE TABLE half(x); INSERT INTO half VALUES(randomblob(1000000));");
        File.Copy(original, _folder.DatabasePath);
        File.Copy(original + "-journal", _folder.DatabasePath + "-journal");
    }

    /// <summary>
    /// Makes a change that stays in the log, as if its writer had been killed: the files are copied while it has them open.
    /// </summary>
    private void LeaveLog(string change)
    {
        var (copy, log) = (_folder.PathOf("copy"), _folder.PathOf("copy-wal"));
        using (var db = new SqliteConnection(_folder.DatabasePath, create: false))
        {
            db.ExecuteScript(change);
            File.Copy(_folder.DatabasePath, copy);
            File.Copy(_folder.DatabasePath + "-wal", log);
        }

        File.Move(copy, _folder.DatabasePath, overwrite: true);
        File.Move(log, _folder.DatabasePath + "-wal", overwrite: true);
    }

    private Dictionary<string, string> Sums() =>
        new[] { _folder.DatabasePath, _folder.DatabasePath + "-wal" }
            .Where(File.Exists)
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private static string Text(SqliteConnection db, string sql)
    {
        using var rows = db.Prepare(sql);
        return rows.Step() ? rows.Text(0) : "";
    }
}
