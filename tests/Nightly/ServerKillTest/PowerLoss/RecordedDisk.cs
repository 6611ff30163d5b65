namespace Orchestrator.ServerKillTest.PowerLoss;

/// <summary>
/// Remembers for each file of a folder what a sync has made durable and what was only written since. At a power loss everything that was
/// not synced may be there or not,
/// sector by sector.
/// </summary>
internal sealed class RecordedDisk(string folder) : IDisk
{
    // What a disk writes whole or not at all; less than SQLite's page, so that pages are torn.
    private const int Sector = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RecordedFile> _files = [];
    private bool _isOff;

    /// <inheritdoc/>
    public string Folder { get; } = folder;

    /// <summary>Syncs that were asked for.</summary>
    public int Syncs { get; private set; }

    /// <inheritdoc/>
    public void Opened(string path)
    {
        lock (_lock)
        {
            if (!_files.ContainsKey(path))
            {
                _files[path] = new RecordedFile(File.Exists(path) ? File.ReadAllBytes(path) : []);
            }
        }
    }

    /// <inheritdoc/>
    public void Deleted(string path)
    {
        lock (_lock)
        {
            if (!_isOff)
            {
                _files.Remove(path);
            }
        }
    }

    /// <inheritdoc/>
    public Verdict Write(string path, long offset, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (_isOff)
            {
                return Verdict.Fails;
            }
            _files[path].Pending.Add(new Change(offset, data.ToArray()));
            return Verdict.Done;
        }
    }

    /// <inheritdoc/>
    public Verdict Truncate(string path, long size)
    {
        lock (_lock)
        {
            if (_isOff)
            {
                return Verdict.Fails;
            }
            _files[path].Pending.Add(new Change(size, null));
            return Verdict.Done;
        }
    }

    /// <inheritdoc/>
    public Verdict Sync(string path)
    {
        lock (_lock)
        {
            if (_isOff)
            {
                return Verdict.Fails;
            }
            Syncs++;
            _files[path].MakeDurable();
            return Verdict.Done;
        }
    }

    /// <summary>Power is gone: nothing is written any more. Writes the files as they may be found afterwards.</summary>
    /// <param name="target">Folder for them.</param>
    /// <param name="random">Decides which unsynced sectors are there.</param>
    public void LosePower(string target, Random random)
    {
        lock (_lock)
        {
            _isOff = true;
            foreach (var (path, file) in _files)
            {
                // All, none, or any share of what was not synced.
                var share = random.Next(4) switch
                {
                    0 => 0.0,
                    1 => 1.0,
                    _ => random.NextDouble(),
                };
                File.WriteAllBytes(Path.Combine(target, Path.GetFileName(path)), file.Remains(random, share));
            }
        }
    }

    /// <summary>A write, or a truncation if it has no data.</summary>
    private sealed record Change(long Offset, byte[]? Data);

    private sealed class RecordedFile(byte[] content)
    {
        private readonly GrowingBytes _durable = new(content);

        public List<Change> Pending { get; } = [];

        public void MakeDurable()
        {
            Apply(_durable, static () => true);
            Pending.Clear();
        }

        public byte[] Remains(Random random, double share)
        {
            var left = new GrowingBytes(_durable.ToArray());
            Apply(left, () => random.NextDouble() < share);
            return left.ToArray();
        }

        private void Apply(GrowingBytes bytes, Func<bool> keeps)
        {
            foreach (var change in Pending)
            {
                if (change.Data is not { } data)
                {
                    if (keeps())
                    {
                        bytes.Truncate((int)change.Offset);
                    }
                    continue;
                }

                for (var at = 0; at < data.Length; at += Sector)
                {
                    if (keeps())
                    {
                        bytes.Write((int)change.Offset + at, data.AsSpan(at, Math.Min(Sector, data.Length - at)));
                    }
                }
            }
        }
    }

    /// <summary>Content of a file: what was never written between two writes is zero.</summary>
    private sealed class GrowingBytes(byte[] content)
    {
        private byte[] _bytes = content;
        private int _length = content.Length;

        public void Write(int offset, ReadOnlySpan<byte> data)
        {
            if (offset + data.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(offset + data.Length, _bytes.Length * 2));
            }
            data.CopyTo(_bytes.AsSpan(offset));
            _length = Math.Max(_length, offset + data.Length);
        }

        public void Truncate(int size)
        {
            if (size < _length)
            {
                Array.Clear(_bytes, size, _length - size);
            }
            else if (size > _bytes.Length)
            {
                Array.Resize(ref _bytes, size);
            }
            _length = size;
        }

        public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();
    }
}
