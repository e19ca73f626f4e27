-- What wrk sends and what it counts. usage: wrk … -s load.lua URL -- REQUESTS [PAUSE] [once]
-- REQUESTS: a file of lines "METHOD path<TAB>cookie[<TAB>form]", sent in a random order, or with `once` each of them once,
-- in order, whereupon it says `all` and waits to be interrupted; PAUSE: milliseconds between an answer and the next request of a connection, on average.
-- The last line printed is JSON; what is answered by 503 with Retry-After counts as shed, and is asked again after that time;
-- of the others a GET that is not answered by 200, or a POST that is not by 303, counts as refused.

local threads = {}
refused, shed, answered = 0, 0, 0

function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end

-- wrk asks for one request that it does not send, to see how many a script writes at a time.
local requests, pause, once, at, given = {}, 0, false, -1, 0
-- Seconds after which those who were shed come again, in the order in which they were told.
local again, first = {}, 1
-- Longer than any run: a connection that has nothing left to send.
local NEVER = 600000

function init(args)
    math.randomseed(7 + number)
    pause = tonumber(args[2] or "0")
    once = args[3] == "once"
    local origin = "http://" .. wrk.host .. ":" .. wrk.port
    for line in io.lines(args[1]) do
        local method, path, cookie, form = line:match("^(%u+) ([^\t]+)\t([^\t]*)\t?(.*)$")
        local headers = { ["Host"] = wrk.host .. ":" .. wrk.port, ["Cookie"] = cookie, ["Accept"] = "text/html",
            ["Accept-Encoding"] = "gzip" }
        if method == "POST" then
            headers["Origin"] = origin
            headers["Sec-Fetch-Site"] = "same-origin"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        end
        requests[#requests + 1] = wrk.format(method, path, headers, method == "POST" and form or nil)
    end
end

function request()
    if once then
        at = math.min(at + 1, #requests)
        return requests[math.max(at, 1)]
    end
    return requests[math.random(#requests)]
end

function delay()
    if first <= #again then
        first = first + 1
        return again[first - 1] * 1000
    end
    -- It is asked for before each request, so that what is still to be sent is given away here.
    if once then
        given = given + 1
        if given > #requests then return NEVER end
    end
    return pause > 0 and math.random(2 * pause) or 0
end

function response(status, headers)
    local wait = status == 503 and tonumber(headers["retry-after"])
    if wait then
        shed = shed + 1
        again[#again + 1] = wait
    elseif status ~= 200 and status ~= 303 then
        refused = refused + 1
    end
    answered = answered + 1
    if once and answered == #requests then
        io.write("all\n")
        io.flush()
    end
end

function done(summary, latency)
    local sum, off = 0, 0
    for _, thread in ipairs(threads) do
        sum = sum + thread:get("refused")
        off = off + thread:get("shed")
    end
    local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format('{"requests": %d, "seconds": %.3f, "bytes": %d, "refused": %d, "shed": %d, "lost": %d, ' ..
        '"p50": %.3f, "p99": %.3f, "p999": %.3f, "most": %.3f}\n', summary.requests, summary.duration / 1e6, summary.bytes,
        sum, off, lost, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
